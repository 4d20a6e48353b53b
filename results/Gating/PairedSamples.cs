using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>Samples of two measurements paired by id, with the paired difference of their ratios.</summary>
internal sealed class PairedSamples
{
    private readonly List<(SampleRecord Baseline, SampleRecord Candidate)> _pairs;
    private readonly MetricRecord _metric;

    private PairedSamples(List<(SampleRecord, SampleRecord)> pairs, MetricRecord metric) => (_pairs, _metric) = (pairs, metric);

    public int Count => _pairs.Count;

    /// <summary>Pairs, or the reason why the samples are not the same items.</summary>
    public static PairedSamples? Of(IReadOnlyList<SampleRecord> baseline, IReadOnlyList<SampleRecord> candidate, MetricRecord metric, out string? refusal)
    {
        refusal = null;
        var byId = baseline.ToDictionary(sample => sample.SampleId, StringComparer.Ordinal);
        var pairs = candidate.Where(sample => byId.ContainsKey(sample.SampleId)).Select(sample => (byId[sample.SampleId], sample)).ToList();
        if (pairs.Count == baseline.Count && pairs.Count == candidate.Count && pairs.Count > 0)
        {
            if (pairs.Find(pair => pair.Item1.ClusterId != pair.sample.ClusterId) is { Item1: { } moved })
                refusal = $"sample '{moved.SampleId}' is in another cluster";
            else if (pairs.Find(pair => !double.IsFinite(pair.Item1.Numerator) || !double.IsFinite(pair.sample.Numerator)) is { Item1: { } failed })
                refusal = $"sample '{failed.SampleId}' has no finite score";
            return refusal is null ? new(pairs, metric) : null;
        }
        var paired = pairs.Select(pair => pair.sample.SampleId).ToHashSet(StringComparer.Ordinal);
        var stray = baseline.Concat(candidate).FirstOrDefault(sample => !paired.Contains(sample.SampleId));
        refusal = stray is null
            ? "no samples were kept"
            : $"the samples differ: {baseline.Count} in the baseline, {candidate.Count} in the candidate, {pairs.Count} in both; first stray '{stray.SampleId}'";
        return null;
    }

    /// <summary>
    /// Estimate, standard error and cluster contributions of g(R_candidate) − g(R_baseline), g the metric's transform: cluster residuals
    /// u_c = g′(R)·(n − R·d)/D of each side are subtracted, so that what both sides share cancels (Cochran 1977 §6.3, paired).
    /// </summary>
    public (double Baseline, double Candidate, double StandardError, double[] ClusterSums, int Clusters) Difference()
    {
        var groups = _pairs.Any(pair => pair.Baseline.ClusterId is not null)
            ? _pairs.GroupBy(pair => pair.Baseline.ClusterId ?? throw Unclustered(pair.Baseline), StringComparer.Ordinal).Select(group => group.ToList())
            : _pairs.Select(pair => new List<(SampleRecord Baseline, SampleRecord Candidate)> { pair });
        var clusters = groups.Select(group => (
            Nb: group.Sum(p => p.Baseline.Numerator), Db: group.Sum(p => p.Baseline.Denominator),
            Nc: group.Sum(p => p.Candidate.Numerator), Dc: group.Sum(p => p.Candidate.Denominator))).ToList();
        var (db, dc) = (clusters.Sum(c => c.Db), clusters.Sum(c => c.Dc));
        var (rb, rc) = (clusters.Sum(c => c.Nb) / db, clusters.Sum(c => c.Nc) / dc);
        var exponential = _metric.Transform == MetricTransform.ExponentialOfRatio;
        var (gb, gc) = exponential ? (Math.Exp(rb), Math.Exp(rc)) : (rb, rc);
        var (slopeB, slopeC) = exponential ? (gb, gc) : (1.0, 1.0);
        var squares = clusters.Sum(c => Math.Pow((slopeC * (c.Nc - (rc * c.Dc)) / dc) - (slopeB * (c.Nb - (rb * c.Db)) / db), 2));
        double count = clusters.Count;
        var sums = clusters.Select(c => (c.Nc / dc) - (c.Nb / db)).ToArray();
        return (gb, gc, clusters.Count < 2 ? double.NaN : Math.Sqrt(count / (count - 1) * squares), sums, clusters.Count);
    }

    /// <summary>Samples that changed.</summary>
    public FlipList Flips()
    {
        var sign = _metric.Direction == MetricDirection.HigherIsBetter ? 1 : -1;
        var tolerance = _metric.Kind == MetricKind.Binary ? 0 : NumericsTolerance.Of(_metric.Key.Dtype);
        var worsened = ImmutableArray.CreateBuilder<string>();
        var improved = ImmutableArray.CreateBuilder<string>();
        var largest = 0.0;
        foreach (var (baseline, candidate) in _pairs)
        {
            var change = sign * (Score(candidate) - Score(baseline));
            largest = Math.Max(largest, Math.Abs(change));
            if (Math.Abs(change) > tolerance * Math.Max(1, Math.Abs(Score(baseline))))
                (change < 0 ? worsened : improved).Add(baseline.SampleId);
        }
        return new(worsened.ToImmutable(), improved.ToImmutable(), largest);
    }

    private static double Score(SampleRecord sample) => sample.Denominator == 0 ? sample.Numerator : sample.Numerator / sample.Denominator;

    private static ResultsException Unclustered(SampleRecord sample) => new(
        ResultsProblem.RecordsInconsistent, $"Sample '{sample.SampleId}' has no cluster although others have one: state a cluster for every sample, or for none.");
}
