using System.Globalization;

namespace LT2.Eval.Harness.Commands;

/// <summary>Numbers as tables show them: three significant digits, thousands separated, invariant culture.</summary>
internal static class HumanNumber
{
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Significant(double? value)
    {
        if (value is not { } number || !double.IsFinite(number))
        {
            return "–";
        }

        if (number == 0)
        {
            return "0";
        }

        var decimals = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(number))), 0, 12);
        return number.ToString($"N{decimals}", CultureInfo.InvariantCulture);
    }
}
