using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Training;

/// <summary>How a model is trained. AdamW, linear warm-up, cosine decay.</summary>
public sealed record TrainingRecipe
{
    /// <summary>Optimiser steps.</summary>
    public int Steps { get; init; } = 400;

    /// <summary>Sequences a step. The batch source decides their length.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>
    /// Forward and backward passes that a step's batch is split into, by rows, so that only a part of its activations is in memory at a time. Gradients add up to those
    /// of the whole batch, every labelled token with the same weight; the batch, the schedule and what a step means stay the same.
    /// </summary>
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>The cosine ends at this share of the peak.</summary>
    public double MinimumLearningRateFraction { get; init; }

    /// <summary>Share of the steps in which the rate rises linearly from 0.</summary>
    public double WarmupFraction { get; init; } = 0.1;

    /// <summary>Decoupled weight decay; norms, biases, gates and decay parameters have none.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>AdamW's first-moment decay.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's second-moment decay.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>AdamW's ε.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The global gradient norm is clipped to this.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Which readouts are trained.</summary>
    public LossDefinition Loss { get; init; } = new();

    /// <summary>Weight of the mixers' auxiliary losses (DSA's indexer).</summary>
    public double AuxiliaryLossWeight { get; init; } = 1;

    /// <summary>The learning rate of step <paramref name="step"/>, from 0.</summary>
    public double LearningRateAt(int step)
    {
        var warmup = (int)Math.Round(Steps * WarmupFraction);
        if (step < warmup) return LearningRate * (step + 1) / warmup;
        var progress = Steps <= warmup ? 1 : (double)(step - warmup) / (Steps - warmup);
        var floor = LearningRate * MinimumLearningRateFraction;
        return floor + (LearningRate - floor) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(progress, 1)));
    }

    /// <summary>Every problem with the values, each naming its field.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        void Check(bool fine, string field, object value, string need)
        {
            if (!fine) problems.Add(FormattableString.Invariant($"recipe.{field} is {value}; it must be {need}."));
        }
        Check(Steps > 0, "steps", Steps, "above 0");
        Check(BatchSize > 0, "batchSize", BatchSize, "above 0");
        Check(GradientAccumulationSteps > 0 && BatchSize % GradientAccumulationSteps == 0, "gradientAccumulationSteps", GradientAccumulationSteps,
            FormattableString.Invariant($"above 0 and divide batchSize, {BatchSize}"));
        Check(LearningRate > 0 && double.IsFinite(LearningRate), "learningRate", LearningRate, "above 0");
        Check(MinimumLearningRateFraction is >= 0 and <= 1, "minimumLearningRateFraction", MinimumLearningRateFraction, "between 0 and 1");
        Check(WarmupFraction is >= 0 and < 1, "warmupFraction", WarmupFraction, "at least 0 and below 1");
        Check(WeightDecay >= 0, "weightDecay", WeightDecay, "0 or more");
        Check(Beta1 is >= 0 and < 1, "beta1", Beta1, "at least 0 and below 1");
        Check(Beta2 is >= 0 and < 1, "beta2", Beta2, "at least 0 and below 1");
        Check(ClipNorm > 0, "clipNorm", ClipNorm, "above 0");
        Check(Loss.MinimumLoopCount > 0, "loss.minimumLoopCount", Loss.MinimumLoopCount, "above 0");
        Check(Loss.Kind != LossKind.Weighted || Loss.Weights is { Count: > 0 }, "loss.weights", "absent", "a list with one weight a loop when the loss is weighted");
        if (Loss is { Kind: LossKind.Weighted, Weights: { Count: > 0 } weights })
            Check(weights.All(weight => weight >= 0 && double.IsFinite(weight)) && weights.Any(weight => weight > 0), "loss.weights",
                $"[{string.Join(", ", weights.Select(weight => weight.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]", "weights of 0 or more, one of them above 0");
        return problems;
    }
}
