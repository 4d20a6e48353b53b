using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>SHA-256 over the scores of all samples of a run, independent of the order of cells and samples: equal digests mean equal scores.</summary>
public static class SamplesDigest
{
    /// <summary>The digest, in hexadecimal.</summary>
    public static string Of(ResultStore store, string runId)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var cell in store.Cells(runId).OrderBy(cell => cell.CellId, StringComparer.Ordinal))
        {
            var lines = store.Samples(runId, cell.CellId).Select(s => string.Create(
                CultureInfo.InvariantCulture, $"{cell.CellId}\t{s.Metric}\t{s.TestedLoopCount}\t{s.Slice}\t{s.SampleId}\t{s.Numerator:R}\t{s.Denominator:R}\n"));
            foreach (var line in lines.Order(StringComparer.Ordinal))
                hash.AppendData(Encoding.UTF8.GetBytes(line));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
