using LT2.Eval.Results.Records;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Reports.Views;

/// <summary>Mean of per-sample differences with a clustered standard error.</summary>
/// <param name="Mean">Mean difference, after minus before.</param>
/// <param name="StandardError">√(C/(C − 1) · Σ_c (Σ_{i∈c} (d_i − d̄))²)/n over C clusters and n samples (Miller, arXiv 2411.00640, §2.2).</param>
/// <param name="DegreesOfFreedom">C − 1; a sum where several differences were averaged.</param>
/// <param name="SampleCount">Samples that were paired.</param>
public sealed record PairedDifference(double Mean, double StandardError, int DegreesOfFreedom, int SampleCount)
{
    /// <summary>95 % interval.</summary>
    public Estimate Estimate
    {
        get
        {
            var half = StudentT.InvCDF(0, 1, DegreesOfFreedom, 0.975) * StandardError;
            return new Estimate(Mean, Mean - half, Mean + half);
        }
    }

    /// <summary>Two-sided p-value of no difference.</summary>
    public double PValue => StandardError == 0 ? Mean == 0 ? 1 : 0 : 2 * StudentT.CDF(0, 1, DegreesOfFreedom, -Math.Abs(Mean) / StandardError);

    /// <summary>Samples of both sides paired by id; null below eight clusters.</summary>
    /// <param name="before">One side.</param>
    /// <param name="after">The other.</param>
    public static PairedDifference? Of(IEnumerable<SampleRecord> before, IEnumerable<SampleRecord> after)
    {
        var earlier = Scores(before);
        // In order of their ids, so that the last digits do not depend on the order in which samples were stored.
        var pairs = Scores(after).Where(pair => earlier.ContainsKey(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (pair.Value.Cluster, Difference: pair.Value.Score - earlier[pair.Key].Score)).ToArray();
        var clusters = pairs.GroupBy(pair => pair.Cluster, StringComparer.Ordinal).ToArray();
        if (clusters.Length < SamplingInterval.FewestClusters)
        {
            return null;
        }
        var mean = pairs.Average(pair => pair.Difference);
        var squares = clusters.Sum(cluster => Math.Pow(cluster.Sum(pair => pair.Difference - mean), 2));
        return new PairedDifference(mean, Math.Sqrt(squares * clusters.Length / (clusters.Length - 1)) / pairs.Length, clusters.Length - 1, pairs.Length);
    }

    /// <summary>Mean of independent differences, standard errors pooled; null for none.</summary>
    /// <param name="differences">One a training seed.</param>
    public static PairedDifference? Average(IReadOnlyList<PairedDifference> differences) => differences.Count == 0
        ? null
        : new PairedDifference(
            differences.Average(item => item.Mean), Math.Sqrt(differences.Sum(item => item.StandardError * item.StandardError)) / differences.Count,
            differences.Sum(item => item.DegreesOfFreedom), differences[0].SampleCount);

    private static Dictionary<string, (double Score, string Cluster)> Scores(IEnumerable<SampleRecord> samples) => samples
        .Where(sample => sample.Denominator != 0)
        .GroupBy(sample => sample.SampleId, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => (group.Sum(sample => sample.Numerator) / group.Sum(sample => sample.Denominator), group.First().ClusterId ?? group.Key),
            StringComparer.Ordinal);
}
