using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>The measurements of a curriculum: the largest size passed, for each stage its steps and last accuracies, and what the model holds and costs.</summary>
internal static class CurriculumRecords
{
    public static IReadOnlyList<MetricRecord> Metrics(CurriculumCell cell, string runId, IReadOnlyList<StageResult> stages)
    {
        var largest = stages.Where(stage => stage.Passed).Select(stage => stage.Size).DefaultIfEmpty(0).Max();
        var whole = $"stages={string.Join(",", cell.Curriculum.Stages.Select(stage => stage.Size))}";
        var metrics = new List<MetricRecord> { Record(cell, runId, whole, "n_max", null, largest, MetricDirection.HigherIsBetter, 0) };
        foreach (var stage in stages)
        {
            var parameters = CaseText.Parameters(cell.Curriculum.Stages.First(item => item.Size == stage.Size).Case);
            metrics.Add(Record(cell, runId, parameters, "steps_to_pass", null, stage.Passed ? stage.Steps : null, MetricDirection.LowerIsBetter, 0));
            metrics.Add(Record(cell, runId, parameters, cell.Curriculum.PromotionMetric, null, stage.Value, MetricDirection.HigherIsBetter, cell.Curriculum.ValidationSamples));
            metrics.AddRange(stage.Slices.Select(slice => Record(
                cell, runId, parameters, cell.Curriculum.PromotionMetric, slice.Key, slice.Value, MetricDirection.HigherIsBetter, cell.Curriculum.ValidationSamples)));
        }

        metrics.AddRange(ModelCostRecords.Of(cell.Model, cell.Curriculum.Stages[0].Case.MaximumLength, metrics[0] with
        {
            Key = metrics[0].Key with { SuiteId = "training", SuiteVersion = 1, TaskId = CaseText.Name(cell.SuiteId, cell.TaskId) },
            Direction = MetricDirection.LowerIsBetter,
        }));
        return metrics;
    }

    private static MetricRecord Record(
        CurriculumCell cell, string runId, string parameters, string metric, string? slice, double? value, MetricDirection direction, int samples) => new(
        runId,
        cell.Id,
        new SeriesKey(
            cell.SuiteId,
            cell.SuiteVersion,
            cell.TaskId,
            parameters,
            0,
            "validation",
            null,
            metric,
            slice,
            cell.VariantId,
            StableHash.Short(Models.Definitions.CanonicalJson.Write(Models.Definitions.DefinitionJson.Write(cell.Recipe))),
            cell.TrainedLoopCount,
            cell.TrainedLoopCount,
            cell.Dtype,
            cell.Recipe.BatchSize),
        cell.Seed,
        value,
        samples > 0 && value is { } share ? Math.Sqrt(Math.Max(0, share * (1 - share)) / samples) : null,
        samples,
        samples,
        null,
        direction,
        "1",
        samples > 0 ? MetricKind.Proportion : MetricKind.Continuous,
        null);
}
