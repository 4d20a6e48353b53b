using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LT2.Eval.Results.Records;

/// <summary>A short stable name for a <see cref="SeriesKey"/>: the first 16 hex digits of the SHA-256 of its parts.</summary>
public static class SeriesIdentity
{
    /// <summary>The id: parts in declared order, one a line, null as a bare <c>-</c> and a text after <c>=</c>.</summary>
    public static string Of(SeriesKey key)
    {
        var text = new StringBuilder();
        foreach (var part in Parts(key))
            text.Append(part is null ? "-" : "=" + Convert.ToString(part, CultureInfo.InvariantCulture)!.Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    /// <summary>The key's parts in declared order; the order of columns in the store and in exports.</summary>
    public static object?[] Parts(SeriesKey key) =>
    [
        key.SuiteId, key.SuiteVersion, key.TaskId, key.CaseParameters, key.Shots, key.Split, key.DataHash, key.Metric, key.Slice,
        key.VariantId, key.RecipeHash, key.TrainedLoopCount, key.TestedLoopCount, key.Dtype, key.BatchSize, key.Phase,
        key.SequenceLength, key.KernelSelection, key.HostClass,
    ];
}
