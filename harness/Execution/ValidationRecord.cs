using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>The record of a validation loss.</summary>
internal static class ValidationRecord
{
    public static MetricRecord Of(CheckpointCell cell, string runId, double loss) => new(
        runId,
        cell.Id,
        new SeriesKey(
            "training",
            1,
            CaseText.Name(cell.TrainingCase),
            CaseText.Parameters(cell.TrainingCase),
            0,
            "validation",
            null,
            ValidationLoss.MetricName,
            null,
            cell.VariantId,
            cell.RecipeHash,
            cell.TrainedLoopCount,
            cell.TrainedLoopCount,
            cell.Dtype,
            cell.TrainingBatchSize),
        cell.Seed,
        loss,
        null,
        cell.ValidationSamples,
        cell.ValidationSamples,
        null,
        MetricDirection.LowerIsBetter,
        "nat/token",
        MetricKind.Continuous,
        null);
}
