using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>Turns sample scores into the records of a score cell.</summary>
internal static class ScoreRecords
{
    public static IEnumerable<MetricRecord> Metrics(
        ScoreCell cell, ICheckpointSource train, string runId, int loopCount, IReadOnlyList<SampleRecord> samples)
    {
        foreach (var (definition, slice, value) in Aggregates(cell.TestCase, samples))
        {
            yield return new MetricRecord(
                runId,
                cell.Id,
                Key(cell, train, loopCount, definition.Name, slice),
                train.Seed,
                value.Value,
                value.StandardError,
                value.SampleCount,
                value.ClusterCount,
                definition.Chance,
                (Results.Records.MetricDirection)(int)definition.Direction,
                definition.Unit,
                (Results.Records.MetricKind)(int)definition.Kind,
                definition.PracticalFloor,
                Transform(definition));
        }
    }

    /// <summary>One value a metric and slice.</summary>
    public static IEnumerable<(MetricDefinition Definition, string? Slice, MetricEstimate Estimate)> Aggregates(
        ICase testCase, IReadOnlyList<SampleRecord> samples)
    {
        var definitions = testCase.Metrics.ToDictionary(metric => metric.Name, StringComparer.Ordinal);
        return samples
            .GroupBy(sample => (sample.Metric, sample.Slice))
            .Select(group => (
                definitions[group.Key.Metric],
                group.Key.Slice,
                MetricAggregator.Aggregate([.. group], Transform(definitions[group.Key.Metric]))));
    }

    public static IReadOnlyList<SampleRecord> Samples(string cellId, int loopCount, IReadOnlyList<SampleScore> scores) =>
    [
        .. from score in scores
           from part in score.Contributions
           select new SampleRecord(
               cellId,
               part.Metric,
               loopCount,
               score.SampleId,
               score.ClusterId,
               part.Slice,
               part.Numerator,
               part.Denominator,
               part.Slice is null ? score.Answer : null,
               part.Slice is null ? score.Expected : null),
    ];

    /// <summary>One record a request.</summary>
    public static IEnumerable<ResponseRecord> Responses(string cellId, TextReadout readout) =>
        readout.Scores.Zip(readout.Responses).SelectMany(document => document.Second.Select((response, index) => new ResponseRecord(
            cellId, readout.LoopCount, document.First.SampleId, index, response.LogLikelihood, response.IsGreedy, response.Text)));

    private static Results.Records.MetricTransform Transform(MetricDefinition definition) => (Results.Records.MetricTransform)(int)definition.Transform;

    private static SeriesKey Key(ScoreCell cell, ICheckpointSource train, int loopCount, string metric, string? slice) => new(
        cell.TestCase.SuiteId,
        cell.TestCase.SuiteVersion,
        cell.TestCase.TaskId,
        CaseText.Parameters(cell.TestCase),
        (cell.TestCase as ITextCase)?.Shots ?? 0,
        "test",
        cell.DataHash,
        metric,
        slice,
        train.Model!.VariantId,
        ScoredRecipe.HashOf(cell.Candidates),
        train.Model!.LoopCount,
        loopCount,
        train.Dtype,
        cell.BatchSize);
}
