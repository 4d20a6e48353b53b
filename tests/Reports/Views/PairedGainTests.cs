using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class PairedGainTests
{
    [Fact]
    public void The_gain_is_the_difference_of_the_curve_and_slices_do_not_count_again()
    {
        MetricRecord Metric(int tested, double value) => new(
            "run", "cell", new SeriesKey("s", 1, "words", "", 0, "test", null, "acc", null, "v@tiny", "r", 2, tested, "float32", 8), 1, value, 0.01, 10, 10, null,
            MetricDirection.HigherIsBetter, "1", MetricKind.Proportion, null);
        // Four parts a sample: the first is always right, of the others one at one loop and two at two loops.
        IEnumerable<SampleRecord> Sample(int tested, int index)
        {
            var whole = new SampleRecord("cell", "acc", tested, $"s{index}", null, null, (1 + tested) / 4.0, 1);
            return [whole, whole with { Slice = "index 1", Numerator = 1 }, whole with { Slice = "index 2-4", Numerator = tested / 3.0 }];
        }
        var item = Assert.Single(QualityCases.Of([Metric(1, 0.5), Metric(2, 0.75)]));
        var samples = new[] { 1, 2 }.SelectMany(tested => Enumerable.Range(0, 10).SelectMany(index => Sample(tested, index))).ToLookup(sample => (sample.CellId, sample.Metric));

        Assert.Equal(0.25, Assert.Single(PairedGain.Of(item, samples)).Gain.Value, 12);
    }
}
