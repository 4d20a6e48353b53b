namespace LT2.Eval.Results.Records;

/// <summary>Everything a cell leaves behind; written in one transaction.</summary>
public sealed record CellResult(
    CellRecord Cell,
    IReadOnlyList<MetricRecord> Metrics,
    IReadOnlyList<SampleRecord> Samples,
    IReadOnlyList<TimingBlockRecord> TimingBlocks,
    IReadOnlyList<TrainingPointRecord> TrainingPoints,
    IReadOnlyList<EventRecord> Events)
{
    /// <summary>Answers to the requests of text samples; none for generated suites.</summary>
    public IReadOnlyList<ResponseRecord> Responses { get; init; } = [];
}
