using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>The budget of one stage of a conversion, and how it is trained.</summary>
public record ConversionStage
{
    /// <summary>Tokens the stage may read.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens a row.</summary>
    public required int SequenceLength { get; init; }

    /// <summary>Rows a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Peak learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The cosine ends at this share of the peak.</summary>
    public double MinimumLearningRateFraction { get; init; } = 0.1;

    /// <summary>Share of the steps in which the rate rises linearly from 0.</summary>
    public double WarmupFraction { get; init; } = 0.05;

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The global gradient norm is clipped to this.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Optimiser steps that the tokens pay for, at least 1.</summary>
    public int Steps => (int)Math.Max(1, Tokens / ((long)SequenceLength * BatchSize));

    /// <summary>The same as a training recipe.</summary>
    internal TrainingRecipe Recipe => new()
    {
        Steps = Steps, BatchSize = BatchSize, LearningRate = LearningRate, MinimumLearningRateFraction = MinimumLearningRateFraction, WarmupFraction = WarmupFraction,
        WeightDecay = WeightDecay, ClipNorm = ClipNorm,
    };

    /// <summary>Every problem with the values.</summary>
    internal virtual IEnumerable<string> Problems()
    {
        if (Tokens < 1) yield return FormattableString.Invariant($"tokens is {Tokens}; it must be above 0. Leave the stage out to skip it.");
        if (SequenceLength < 2) yield return FormattableString.Invariant($"sequenceLength is {SequenceLength}; it must be 2 or more.");
        if (BatchSize < 1) yield return FormattableString.Invariant($"batchSize is {BatchSize}; it must be above 0.");
        if (Tokens < 1 || SequenceLength < 2 || BatchSize < 1) yield break;
        foreach (var problem in Recipe.Problems()) yield return problem.Replace("recipe.", "", StringComparison.Ordinal);
    }
}
