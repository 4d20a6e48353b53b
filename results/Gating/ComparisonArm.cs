using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Gating;

/// <summary>What one side of a comparison holds: metrics by their matched key, several where there are several seeds.</summary>
internal sealed class ComparisonArm
{
    private readonly ComparisonSide _side;
    private readonly Dictionary<string, CellRecord> _cells;
    private readonly Dictionary<string, ILookup<(string Metric, int LoopCount, string? Slice), SampleRecord>> _samples = new(StringComparer.Ordinal);

    private ComparisonArm(ComparisonSide side, ComparisonSide other)
    {
        _side = side;
        Run = side.Store.Run(side.RunId);
        _cells = side.Store.Cells(side.RunId).ToDictionary(cell => cell.CellId, StringComparer.Ordinal);
        Metrics = side.Store.Metrics(side.RunId).Where(side.Includes).GroupBy(metric => Matched(metric.Key, side, other))
            .ToDictionary(group => group.Key, group => group.OrderBy(metric => metric.Seed).ToList());
    }

    public RunRecord Run { get; }

    public Dictionary<SeriesKey, List<MetricRecord>> Metrics { get; }

    public static ComparisonArm Read(ComparisonSide side, ComparisonSide other) => new(side, other);

    /// <summary>
    /// Hash of the weights that were scored: the cell's own, else that of the one model trained for it in this run. A reference that nothing was trained for
    /// (n-grams) is defined by its cell.
    /// </summary>
    public string? WeightsHash(MetricRecord metric)
    {
        if (_cells[metric.CellId].CheckpointHash is { } used)
            return used;
        var made = _cells.Values
            .Where(cell => cell.Kind is CellKind.Train or CellKind.Curriculum or CellKind.Convert && cell.VariantId == metric.Key.VariantId
                && cell.Seed == metric.Seed && cell.TrainedLoopCount == metric.Key.TrainedLoopCount)
            .Select(cell => cell.CheckpointHash).Distinct(StringComparer.Ordinal).ToList();
        return made.Count == 1 ? made[0] : made.Count == 0 && metric.Key.TrainedLoopCount is null ? $"cell {metric.CellId}" : null;
    }

    /// <summary>What can be compared of a series' values: no failed ones, and where two cells scored the same weights with the same result, one of them.</summary>
    public List<MetricRecord> Values(List<MetricRecord> metrics)
    {
        var present = metrics.FindAll(metric => !FailedSeeds.IsFailed(metric));
        return present.Count == 0 || present[0].Kind is MetricKind.Duration or MetricKind.Bytes
            ? present : [.. present.DistinctBy(metric => (metric.Seed, WeightsHash(metric), metric.Value))];
    }

    /// <summary>Samples under the metrics; with several seeds the seed becomes part of the ids, and clusters stay together.</summary>
    public IReadOnlyList<SampleRecord> Samples(List<MetricRecord> metrics)
    {
        var samples = metrics.SelectMany(metric =>
            SamplesOf(metric).Select(sample => metrics.Count == 1 ? sample : sample with
                {
                    SampleId = $"{metric.Seed}/{sample.SampleId}", ClusterId = sample.ClusterId ?? sample.SampleId,
                }));
        return [.. samples];
    }

    // A cell's samples are read once: its metrics, loop counts and slices are series of their own.
    private IEnumerable<SampleRecord> SamplesOf(MetricRecord metric)
    {
        if (!_samples.TryGetValue(metric.CellId, out var samples))
        {
            _samples[metric.CellId] = samples = _side.Store.Samples(_side.RunId, metric.CellId)
                .ToLookup(sample => (sample.Metric, sample.TestedLoopCount, sample.Slice));
        }
        return metric.Key.TestedLoopCount is { } loops
            ? samples[(metric.Key.Metric, loops, metric.Key.Slice)]
            : samples.Where(group => group.Key.Metric == metric.Key.Metric && group.Key.Slice == metric.Key.Slice).SelectMany(group => group);
    }

    /// <summary>ln of each fresh process' median milliseconds, over its usable blocks.</summary>
    public List<double> ProcessLogTimes(MetricRecord metric) =>
    [
        .. UsableBlocks.Of(BlocksOf(metric)).GroupBy(block => block.ProcessIndex)
            .Select(process => Math.Log(Quantile.Median(process.Select(block => block.MillisecondsPerIteration)))),
    ];

    /// <summary>Share of a time's blocks that ran under throttling or load.</summary>
    public double TaintedShare(MetricRecord metric) =>
        BlocksOf(metric).Select(block => block.IsTainted ? 1.0 : 0.0).DefaultIfEmpty().Average();

    private IEnumerable<TimingBlockRecord> BlocksOf(MetricRecord metric) => _side.Store.TimingBlocks(_side.RunId, metric.CellId)
        .Where(block => block.Phase == metric.Key.Phase && block.SequenceLength == (metric.Key.SequenceLength ?? block.SequenceLength)
            && block.LoopCount == (metric.Key.TestedLoopCount ?? block.LoopCount));

    // What either side names is compared and so left out of the key; a variant brings its recipe and kernels along.
    private static SeriesKey Matched(SeriesKey key, ComparisonSide side, ComparisonSide other)
    {
        if (side.VariantId is not null || other.VariantId is not null)
            key = key with { VariantId = "", RecipeHash = null, KernelSelection = null };
        if (side.TrainedLoopCount is not null || other.TrainedLoopCount is not null)
            key = key with { TrainedLoopCount = null, RecipeHash = null };
        if (side.TestedLoopCount is not null || other.TestedLoopCount is not null)
            key = key with { TestedLoopCount = null };
        return key;
    }
}
