using System.Globalization;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Text;

/// <summary>Facts of the machine as pages write them.</summary>
internal static class FactText
{
    /// <summary>The value; a number of bytes in its unit, with the bytes behind it.</summary>
    /// <param name="entry">The fact.</param>
    public static string Value(EnvironmentEntry entry) =>
        entry.Name.EndsWith("bytes", StringComparison.OrdinalIgnoreCase) && long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? $"{Quantity.WithUnit(bytes, "byte")} ({Quantity.Count(bytes, "byte")})"
            : entry.Value;
}
