using System.Globalization;
using LT2.Eval.Reports.Text;

namespace LT2.Eval.Reports.Tests.Text;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.95312, "0.953")]
    [InlineData(1, "1.00")]
    [InlineData(12.345, "12.3")]
    [InlineData(999.6, "1,000")]
    [InlineData(-0.012345, "-0.0123")]
    [InlineData(1234567, "1,230,000")]
    [InlineData(0.00001234, "1.23e-05")]
    [InlineData(0.99999, "1.00")]
    public void A_number_has_three_significant_digits(double value, string expected) => Assert.Equal(expected, Quantity.Number(value));

    [Theory]
    [InlineData(0.5, "ms", "500 µs")]
    [InlineData(12.34, "ms", "12.3 ms")]
    [InlineData(12345, "ms", "12.3 s")]
    [InlineData(1048576, "byte", "1.00 MiB")]
    [InlineData(100, "byte", "100 B")]
    [InlineData(0.5, "1", "0.500")]
    [InlineData(2.0821, "bit/byte", "2.08 bit/byte")]
    [InlineData(5.4559e11, "byte/s", "546 GB/s")]
    [InlineData(7.0012e14, "FLOP/s", "700 TFLOP/s")]
    [InlineData(63963136, "FLOP/token", "64.0 MFLOP/token")]
    [InlineData(0.00285, "J/token", "2.85 mJ/token")]
    [InlineData(0.000160449, "J/token", "160 µJ/token")]
    [InlineData(90600, "parameter", "90,600 parameters")]
    [InlineData(1, "loop", "1.00 loop")]
    [InlineData(2.4, "loop", "2.40 loops")]
    public void A_value_is_written_in_the_unit_that_reads_best(double value, string unit, string expected) =>
        Assert.Equal(expected, Quantity.WithUnit(value, unit));

    [Fact]
    public void An_interval_is_written_in_the_unit_of_its_largest_part()
    {
        Assert.Equal("0.900 [0.800, 1.10] ms", Quantity.WithInterval(0.9, 0.8, 1.1, "ms"));
        Assert.Equal("500 [400, 600] µs", Quantity.WithInterval(0.5, 0.4, 0.6, "ms"));
    }

    [Fact]
    public void An_absent_value_is_a_dash() => Assert.Equal("–", Quantity.WithUnit(null, "ms"));

    [Fact]
    public void A_value_without_an_interval_is_written_alone() => Assert.Equal("0.500", Quantity.WithInterval(0.5, null, 0.6, "1"));

    [Fact]
    public void The_sign_of_a_change_is_always_written() =>
        Assert.Equal(["+0.0200", "−0.0200", "0"], [Quantity.Signed(0.02), Quantity.Signed(-0.02), Quantity.Signed(0)]);

    [Fact]
    public void Numbers_do_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        // The program runs without culture data, so a culture that writes numbers otherwise is made by hand.
        CultureInfo.CurrentCulture = new CultureInfo("")
        {
            NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~" },
        };
        try
        {
            Assert.Equal("-1,230 ms", Quantity.WithUnit(-1234.5, "ms"));
            Assert.Equal("0.500 [0.400, 0.600]", Quantity.WithInterval(0.5, 0.4, 0.6, "1"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Any_finite_number_is_written_within_half_a_percent() =>
        CsCheck.Check.Sample(CsCheck.Gen.Double[-1e8, 1e8], value =>
        {
            var read = double.Parse(Quantity.Number(value), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
            return Math.Abs(read - value) <= 0.005 * Math.Abs(value);
        });
}
