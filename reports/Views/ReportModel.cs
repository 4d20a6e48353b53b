using System.Collections.Concurrent;
using System.Collections.Immutable;
using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>What the pages show, computed once from the input.</summary>
public sealed class ReportModel
{
    /// <summary>Computes it.</summary>
    /// <param name="input">The records.</param>
    public ReportModel(ReportInput input)
    {
        Input = input;
        // A score cell alone does not make a variant: n-grams have one and are references.
        Variants = [.. input.Run.Cells.Where(cell => cell.Kind != CellKind.Score).Select(cell => cell.VariantId).Concat(input.Run.Metrics.Where(metric => metric.Key.TestedLoopCount is not null).Select(metric => metric.Key.VariantId)).Where(variant => variant != CanarySeries.TaskId).Distinct().Order(StringComparer.Ordinal)];
        Styles = new VariantStyles(Variants);
        AllQuality = QualityCases.Of(input.Run.Metrics, input.Reference?.Metrics);
        Quality = [.. AllQuality.Where(item => item.Slice is null)];
        Latency = LatencyCurves.Of(input.Run.Cells, input.Run.TimingBlocks);
        Memory = MemoryCurve.Of(input.Run.Metrics);
        Exits = ExitLine.Of(input.Run.Metrics);
        LoopLatency = Views.LoopLatency.Of(Latency);
        Samples = input.Run.Samples.ToLookup(sample => (sample.CellId, sample.Metric));
        Training = TrainingGroup.Of(input.Run);
        Titles = new SeriesTitles(input.Run.Metrics, input.Reference?.Metrics ?? []);
        CellNames = new CellNames(input.Run.Cells);
        History = [.. input.History.Select(series => SeriesHistory.Of(series, Titles.Title(series.Key)))];
        historyByKey = History.ToDictionary(history => history.Series.Key);
        Changes = input.Comparison is { } comparison ? [.. comparison.Rows.Where(row => row.Key.Slice is null && row.Key.SuiteId != "training")] : [];
        HistoryParts = HistoryParts.Of(this);
        sampleSets = new Lazy<ImmutableArray<SampleSet>>(() => SampleSet.Of(this));
        LengthGrids = HeatGrid.LengthByLoopCount(Quality);
        RecallGrids = HeatGrid.PairsByLength(Quality);
    }

    private readonly ConcurrentDictionary<QualityCase, ImmutableArray<PairedGain>> gains = new(ReferenceEqualityComparer.Instance);

    private readonly Lazy<ImmutableArray<SampleSet>> sampleSets;
    private readonly Dictionary<SeriesKey, SeriesHistory> historyByKey;

    /// <summary>The records.</summary>
    public ReportInput Input { get; }

    /// <summary>The run that is reported.</summary>
    public RunRecord Run => Input.Run.Run;

    /// <summary>Variants of the run, in ordinal order.</summary>
    public ImmutableArray<string> Variants { get; }

    /// <summary>How each variant is drawn.</summary>
    public VariantStyles Styles { get; }

    /// <summary>Quality of every case, without slices.</summary>
    public ImmutableArray<QualityCase> Quality { get; }

    /// <summary>Quality of every case and slice.</summary>
    public ImmutableArray<QualityCase> AllQuality { get; }

    /// <summary>Latency curves.</summary>
    public ImmutableArray<LatencyCurve> Latency { get; }

    /// <summary>Latency against loop count.</summary>
    public ImmutableArray<LoopLatency> LoopLatency { get; }

    /// <summary>Peak memory and limits.</summary>
    public ImmutableArray<MemoryCurve> Memory { get; }

    /// <summary>Early exit against its threshold.</summary>
    public ImmutableArray<ExitLine> Exits { get; }

    /// <summary>Training curves.</summary>
    public ImmutableArray<TrainingGroup> Training { get; }

    /// <summary>Length against tested loop count.</summary>
    public ImmutableArray<HeatGrid> LengthGrids { get; }

    /// <summary>Key-value pairs against length.</summary>
    public ImmutableArray<HeatGrid> RecallGrids { get; }

    /// <summary>Cells that ended otherwise than finished, sorted by outcome and title.</summary>
    public ImmutableArray<CellRecord> Unfinished => [.. Input.Run.Cells.Where(cell => cell.Outcome != CellOutcome.Finished)
        .OrderBy(cell => cell.Outcome).ThenBy(cell => cell.Title, NaturalOrder.Instance)];

    /// <summary>Finished cells that recorded a metric without a value.</summary>
    public ImmutableArray<MetricRecord> ValuesThatFailed => [.. Input.Run.Metrics.Where(metric => metric.Value is null)];

    /// <summary>Names of series.</summary>
    public SeriesTitles Titles { get; }

    /// <summary>Names of cells.</summary>
    internal CellNames CellNames { get; }

    /// <summary>Samples by cell and metric.</summary>
    public ILookup<(string CellId, string Metric), SampleRecord> Samples { get; }

    /// <summary>Paired gains of one more loop; empty where no samples were kept.</summary>
    /// <param name="item">A case of this model.</param>
    public ImmutableArray<PairedGain> Gains(QualityCase item) => gains.GetOrAdd(item, key => PairedGain.Of(key, Samples));

    /// <summary>Samples of every cell and metric, prepared for reading.</summary>
    public ImmutableArray<SampleSet> SampleSets => sampleSets.Value;

    /// <summary>Series through time, with their steps.</summary>
    public ImmutableArray<SeriesHistory> History { get; }

    /// <summary>Which of them the history page lists, and which stand in lists of their own.</summary>
    public HistoryParts HistoryParts { get; }

    /// <summary>Comparison with the reference run, worst first, without slices and training losses; empty without a reference.</summary>
    public ImmutableArray<MetricComparison> Changes { get; }

    /// <summary>History of a series; null where it has none.</summary>
    /// <param name="key">The series.</param>
    public SeriesHistory? HistoryOf(SeriesKey key) => historyByKey.GetValueOrDefault(key);
}
