using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>What a trained model holds and costs by its description: stored parameters, and forward operations a token at the length it is trained at.</summary>
internal static class ModelCostRecords
{
    /// <summary>Metric name, as pages and claims find it.</summary>
    public const string Parameters = "parameters";

    /// <summary>Of a model that a cell trains or converts.</summary>
    public static IEnumerable<MetricRecord> Of(CheckpointCell cell, string runId, int? sequenceLength)
        => Of(cell.Model!, sequenceLength ?? (cell.TrainingCase as IGeneratedCase)?.MaximumLength ?? cell.Model!.MaximumLength, ValidationRecord.Of(cell, runId, 0));

    /// <summary>Of any model, at a length, keyed like another record of its training.</summary>
    public static IEnumerable<MetricRecord> Of(ModelDefinition model, int length, MetricRecord like)
    {
        MetricRecord Cost(string metric, double value, string unit) => like with
        {
            Key = like.Key with { Metric = metric, Split = null },
            Value = value,
            StandardError = null,
            SampleCount = 1,
            ClusterCount = 1,
            Unit = unit,
        };
        yield return Cost(Parameters, ModelShape.ParameterCount(model), "parameter");
        yield return Cost(TimeRecords.FlopsPerToken, ModelShape.FlopsPerToken(model, length), "FLOP/token");
    }
}
