using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Reports.Views;

/// <summary>A mean difference, after minus before, with its standard error.</summary>
/// <param name="Mean">The difference.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="DegreesOfFreedom">Of the t distribution behind interval and p-value.</param>
/// <param name="SampleCount">Samples that were paired.</param>
public sealed record MeanDifference(double Mean, double StandardError, double DegreesOfFreedom, int SampleCount)
{
    /// <summary>95 % interval.</summary>
    public Estimate Interval()
    {
        var half = StandardError == 0 ? 0 : StudentT.InvCDF(0, 1, DegreesOfFreedom, 0.975) * StandardError;
        return new Estimate(Mean, Mean - half, Mean + half);
    }

    /// <summary>
    /// Samples of both sides paired by id: Σ(n_after − n_before)/Σd, weighted by the samples' denominators, with the clustered standard error of
    /// <see cref="ClusteredRatio"/> and C − 1 degrees of freedom over C clusters. Null below eight clusters, and where a sample has another
    /// denominator on the other side.
    /// </summary>
    /// <param name="before">One side.</param>
    /// <param name="after">The other.</param>
    public static MeanDifference? Paired(IEnumerable<SampleRecord> before, IEnumerable<SampleRecord> after)
    {
        var earlier = Sums(before);
        // In order of their ids, so that the last digits do not depend on the order in which samples were stored.
        var pairs = Sums(after).Where(pair => earlier.ContainsKey(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (pair.Value.Cluster, Before: earlier[pair.Key], After: pair.Value)).ToArray();
        var clusters = pairs.GroupBy(pair => pair.Cluster, StringComparer.Ordinal).ToArray();
        if (clusters.Length < SamplingInterval.FewestClusters || pairs.Any(pair => pair.Before.Denominator != pair.After.Denominator))
        {
            return null;
        }
        var ratio = ClusteredRatio.Of(
            [.. clusters.Select(cluster => cluster.Sum(pair => pair.After.Numerator - pair.Before.Numerator))],
            [.. clusters.Select(cluster => cluster.Sum(pair => pair.After.Denominator))]);
        return new MeanDifference(ratio.Ratio, ratio.StandardError, clusters.Length - 1, pairs.Length);
    }

    /// <summary>Mean of independent differences, standard errors pooled; null for none.</summary>
    /// <param name="differences">One a training seed.</param>
    public static MeanDifference? Average(IReadOnlyList<MeanDifference> differences) => differences.Count == 0
        ? null
        : new MeanDifference(
            differences.Average(item => item.Mean), Math.Sqrt(differences.Sum(item => item.StandardError * item.StandardError)) / differences.Count,
            differences.Sum(item => item.DegreesOfFreedom), differences[0].SampleCount);

    private static Dictionary<string, (double Numerator, double Denominator, string Cluster)> Sums(IEnumerable<SampleRecord> samples) => samples
        .Where(sample => sample.Denominator != 0)
        .GroupBy(sample => sample.SampleId, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => (group.Sum(sample => sample.Numerator), group.Sum(sample => sample.Denominator), group.First().ClusterId ?? group.Key),
            StringComparer.Ordinal);
}
