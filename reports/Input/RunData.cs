using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Input;

/// <summary>Everything the pages read of one run.</summary>
public sealed record RunData(
    RunRecord Run,
    IReadOnlyList<CellRecord> Cells,
    IReadOnlyList<MetricRecord> Metrics,
    IReadOnlyList<SampleRecord> Samples,
    IReadOnlyList<TimingBlockRecord> TimingBlocks,
    IReadOnlyList<TrainingPointRecord> TrainingPoints,
    IReadOnlyList<EnvironmentEntry> Environment,
    IReadOnlyList<EventRecord> Events)
{
    /// <summary>A run of which only the run record is known.</summary>
    /// <param name="run">The run.</param>
    public static RunData Empty(RunRecord run) => new(run, [], [], [], [], [], [], []);
}
