using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Training;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Harness.Execution;

/// <summary>How smoothly a training went, from its logged steps after the first tenth (warm-up): for diverged ones too.</summary>
internal static class StabilityRecords
{
    private const double WarmUpShare = 0.1;

    /// <summary>
    /// <c>gradient_norm_median</c> and <c>gradient_norm_peak</c> (the largest; both before clipping), and <c>residual_rms_growth</c>: the residual stream's root mean square
    /// after the last loop over that after the first, at the last logged step.
    /// </summary>
    public static IEnumerable<MetricRecord> Of(CheckpointCell cell, string runId, IReadOnlyList<TrainingPoint> points)
    {
        TrainingPoint[] settled = [.. points.Skip((int)(WarmUpShare * points.Count)).Where(point => double.IsFinite(point.GradientNorm))];
        if (settled.Length == 0)
        {
            yield break;
        }

        var loss = ValidationRecord.Of(cell, runId, 0);
        MetricRecord Value(string metric, double value, string unit) => loss with
        {
            Key = loss.Key with { Metric = metric, Split = null },
            Value = value,
            SampleCount = settled.Length,
            ClusterCount = settled.Length,
            Unit = unit,
            PracticalFloor = value, // trainings of equal models scatter widely: a doubling is the least that matters
        };
        yield return Value("gradient_norm_median", Quantile.Median([.. settled.Select(point => point.GradientNorm)]), "1");
        yield return Value("gradient_norm_peak", settled.Max(point => point.GradientNorm), "1");
        if (settled[^1].ResidualRmsByLoop is { Count: > 1 } byLoop && byLoop[0] > 0)
        {
            yield return Value("residual_rms_growth", byLoop[^1] / byLoop[0], "1");
        }
    }
}
