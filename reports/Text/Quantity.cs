using System.Globalization;

namespace LT2.Eval.Reports.Text;

/// <summary>Numbers as the pages write them: three significant digits, the unit behind, invariant culture.</summary>
public static class Quantity
{
    private const string Absent = "–";

    /// <summary>A number with three significant digits: <c>0.0123</c>, <c>12.3</c>, <c>12,300</c>, <c>1.23e-05</c>.</summary>
    /// <param name="value">The number; null is written as a dash.</param>
    public static string Number(double? value)
    {
        if (value is not { } number)
        {
            return Absent;
        }
        if (!double.IsFinite(number))
        {
            return number.ToString(CultureInfo.InvariantCulture);
        }
        if (number == 0)
        {
            return "0";
        }
        // Rounded first, so that 999.6 is 1,000 and not 999.60.
        var scientific = number.ToString("0.00e+00", CultureInfo.InvariantCulture);
        var exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('e', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent is < -4 or > 8)
        {
            return scientific;
        }
        var rounded = double.Parse(scientific, CultureInfo.InvariantCulture);
        return exponent >= 2
            ? rounded.ToString("#,0", CultureInfo.InvariantCulture)
            : rounded.ToString("F" + (2 - exponent).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>A signed number: the sign is always written.</summary>
    /// <param name="value">The number; null is written as a dash.</param>
    public static string Signed(double? value) => value is > 0 ? "+" + Number(value) : Number(value).Replace('-', '−').Replace("e−", "e-", StringComparison.Ordinal);

    /// <summary>A value with its unit.</summary>
    /// <param name="value">The value; null is written as a dash.</param>
    /// <param name="unit">Unit of the record: <c>1</c>, <c>ms</c>, <c>byte</c>, <c>bit/byte</c>, or any other text.</param>
    public static string WithUnit(double? value, string unit)
    {
        if (value is not { } number)
        {
            return Absent;
        }
        var (factor, symbol) = Scale(number, unit);
        return Join(Number(number * factor), Math.Abs(number) == 1 ? symbol : Plural(symbol));
    }

    /// <summary>A value with its 95 % interval, both in one unit: <c>0.953 [0.941, 0.962]</c>.</summary>
    /// <param name="value">The value; null is written as a dash.</param>
    /// <param name="low">Lower end; null when no interval is known.</param>
    /// <param name="high">Upper end; null when no interval is known.</param>
    /// <param name="unit">Unit of the record.</param>
    public static string WithInterval(double? value, double? low, double? high, string unit)
    {
        if (value is not { } number || low is not { } lower || high is not { } upper)
        {
            return WithUnit(value, unit);
        }
        var (factor, symbol) = Scale(new[] { number, lower, upper }.MaxBy(Math.Abs), unit);
        return Join($"{Number(number * factor)} [{Number(lower * factor)}, {Number(upper * factor)}]", Plural(symbol));
    }

    /// <summary>A share as a percentage: <c>+3.21 %</c>.</summary>
    /// <param name="share">The share; null is written as a dash.</param>
    public static string SignedPercent(double? share) => share is { } number ? Signed(number * 100) + " %" : Absent;

    /// <summary>A count with thousands separators.</summary>
    /// <param name="count">The count.</param>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A count and its noun: <c>1 cell</c>, <c>2 cells</c>.</summary>
    /// <param name="count">The count.</param>
    /// <param name="noun">The noun, singular.</param>
    public static string Count(long count, string noun) => Count(count) + " " + (count == 1 ? noun : noun.EndsWith('s') ? noun : noun + "s");

    /// <summary>Wall time for people: <c>4.21 s</c>, <c>3 min 12 s</c>, <c>2 h 5 min</c>.</summary>
    /// <param name="seconds">Seconds.</param>
    public static string Elapsed(double seconds)
    {
        if (seconds < 60)
        {
            return WithUnit(seconds, "s");
        }
        var whole = (long)Math.Round(seconds, MidpointRounding.AwayFromZero);
        return whole < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{whole / 60} min {whole % 60} s")
            : string.Create(CultureInfo.InvariantCulture, $"{whole / 3600} h {whole % 3600 / 60} min");
    }

    /// <summary>A moment: <c>2026-03-01 02:03 UTC</c>.</summary>
    /// <param name="moment">The moment; null is written as a dash.</param>
    public static string Moment(DateTimeOffset? moment) =>
        moment is { } at ? at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : Absent;

    /// <summary>The factor and symbol in which a value of a unit reads best.</summary>
    /// <param name="value">The value that decides.</param>
    /// <param name="unit">Unit of the record.</param>
    public static (double Factor, string Symbol) Scale(double value, string unit)
    {
        var size = Math.Abs(value);
        return unit switch
        {
            "1" or "" => (1, ""),
            "ms" when size is > 0 and < 1 => (1000, "µs"),
            "ms" when size >= 10_000 => (0.001, "s"),
            "byte" when size >= 1L << 30 => (1.0 / (1L << 30), "GiB"),
            "byte" when size >= 1L << 20 => (1.0 / (1L << 20), "MiB"),
            "byte" when size >= 1L << 10 => (1.0 / (1L << 10), "KiB"),
            "byte" => (1, "B"),
            "byte/s" => Decimal(size, "B/s"),
            "FLOP" or "FLOP/s" or "FLOP/token" => Decimal(size, unit),
            "J/token" when size is > 0 and < 1e-3 => (1e6, "µJ/token"),
            "J/token" when size is > 0 and < 1 => (1e3, "mJ/token"),
            _ => (1, unit),
        };
    }

    // Rates of hardware are stated in powers of ten.
    private static (double Factor, string Symbol) Decimal(double size, string unit) => size switch
    {
        >= 1e15 => (1e-15, "P" + unit),
        >= 1e12 => (1e-12, "T" + unit),
        >= 1e9 => (1e-9, "G" + unit),
        >= 1e6 => (1e-6, "M" + unit),
        >= 1e3 => (1e-3, "k" + unit),
        _ => (1, unit),
    };

    // Units that are things and not symbols.
    private static string Plural(string symbol) => symbol is "parameter" or "token" or "loop" or "step" or "sample" ? symbol + "s" : symbol;

    private static string Join(string number, string symbol) => symbol.Length == 0 ? number : number + " " + symbol;
}
