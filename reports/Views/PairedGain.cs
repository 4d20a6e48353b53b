using System.Collections.Immutable;
using LT2.Eval.Results.Records;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Reports.Views;

/// <summary>What going from one tested loop count to the next brought, on the same samples.</summary>
/// <param name="Line">The line of the chart.</param>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="TrainedLoopCount">T.</param>
/// <param name="FromLoopCount">T′ before.</param>
/// <param name="ToLoopCount">T′ after.</param>
/// <param name="Gain">Value after minus value before, averaged over training seeds, with its paired 95 % interval.</param>
/// <param name="SampleCount">Samples of a seed that were paired.</param>
public sealed record PairedGain(string Line, string VariantId, int TrainedLoopCount, int FromLoopCount, int ToLoopCount, Estimate Gain, int SampleCount)
{
    /// <summary>
    /// Differences of neighbouring tested loop counts, paired by sample. For each seed the mean difference d̄ with the clustered standard error
    /// √(C/(C − 1) · Σ_c (Σ_{i∈c} (d_i − d̄))²)/n; over seeds the mean with standard errors pooled and t(Σ(C − 1)) degrees of freedom.
    /// </summary>
    /// <param name="item">The case.</param>
    /// <param name="samples">Samples by cell and metric.</param>
    public static ImmutableArray<PairedGain> Of(QualityCase item, ILookup<(string CellId, string Metric), SampleRecord> samples)
    {
        var gains = ImmutableArray.CreateBuilder<PairedGain>();
        foreach (var line in item.Points.GroupBy(point => (point.Line, point.VariantId, point.TrainedLoopCount)))
        {
            QualityPoint[] points = [.. line.OrderBy(point => point.TestedLoopCount)];
            for (var i = 1; i < points.Length; i++)
            {
                var seeds = points[i].Seeds.Select(seed => Difference(samples[(seed.CellId, item.Metric)], points[i - 1].TestedLoopCount, points[i].TestedLoopCount, item.Slice))
                    .OfType<(double Mean, double Error, int Clusters, int Count)>().ToArray();
                if (seeds.Length == 0)
                {
                    continue;
                }
                var mean = seeds.Average(seed => seed.Mean);
                var error = Math.Sqrt(seeds.Sum(seed => seed.Error * seed.Error)) / seeds.Length;
                var half = StudentT.InvCDF(0, 1, seeds.Sum(seed => seed.Clusters - 1), 0.975) * error;
                gains.Add(new PairedGain(
                    line.Key.Line, line.Key.VariantId, line.Key.TrainedLoopCount, points[i - 1].TestedLoopCount, points[i].TestedLoopCount,
                    new Estimate(mean, mean - half, mean + half), seeds[0].Count));
            }
        }
        return gains.ToImmutable();
    }

    private static (double Mean, double Error, int Clusters, int Count)? Difference(IEnumerable<SampleRecord> samples, int from, int to, string? slice)
    {
        var rows = samples.Where(sample => slice is null || sample.Slice == slice).ToArray();
        var before = Scores(rows, from);
        var pairs = Scores(rows, to).Where(pair => before.ContainsKey(pair.Key))
            .Select(pair => (pair.Value.Cluster, Difference: pair.Value.Score - before[pair.Key].Score)).ToArray();
        var clusters = pairs.GroupBy(pair => pair.Cluster, StringComparer.Ordinal).ToArray();
        if (clusters.Length < SamplingInterval.FewestClusters)
        {
            return null;
        }
        var mean = pairs.Average(pair => pair.Difference);
        var squares = clusters.Sum(cluster => Math.Pow(cluster.Sum(pair => pair.Difference - mean), 2));
        return (mean, Math.Sqrt(squares * clusters.Length / (clusters.Length - 1)) / pairs.Length, clusters.Length, pairs.Length);
    }

    private static Dictionary<string, (double Score, string Cluster)> Scores(IEnumerable<SampleRecord> samples, int loops) => samples
        .Where(sample => sample.TestedLoopCount == loops && sample.Denominator != 0)
        .GroupBy(sample => sample.SampleId, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => (group.Sum(sample => sample.Numerator) / group.Sum(sample => sample.Denominator), group.First().ClusterId ?? group.Key),
            StringComparer.Ordinal);
}
