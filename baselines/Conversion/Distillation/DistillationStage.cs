namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>
/// A stage on logits (LT2 §4): the divergence of student loop τ from teacher loop τ over the teacher's most likely tokens, with a schedule over the loops,
/// and optionally the cross-entropy of the text itself.
/// </summary>
public sealed record DistillationStage : ConversionStage
{
    /// <summary>k: the teacher's most likely tokens; both distributions are renormalised on them.</summary>
    public int TopK { get; init; } = 64;

    /// <summary>Divides both sides' logits.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Weight of the divergence; 0 asks no teacher.</summary>
    public double DivergenceWeight { get; init; } = 1;

    /// <summary>Weight of the last loop's cross-entropy.</summary>
    public double CrossEntropyWeight { get; init; }

    /// <summary>Share of the steps in which every loop counts the same; afterwards the last loop counts fully and earlier ones <see cref="LaterEarlyLoopWeight"/>.</summary>
    public double EveryLoopShare { get; init; } = 0.5;

    /// <summary>Weight of loops before the last one in the later part of the stage.</summary>
    public double LaterEarlyLoopWeight { get; init; }

    /// <summary>Whether activations are computed again in the backward pass instead of kept: less memory for a third more arithmetic.</summary>
    public bool Recompute { get; init; }

    /// <summary>The weight of a loop's divergence at a step; over the loops they add up to 1.</summary>
    /// <param name="loop">From 1.</param>
    /// <param name="loopCount">T.</param>
    /// <param name="step">From 0.</param>
    public double LoopWeight(int loop, int loopCount, int step)
    {
        if (step < Steps * EveryLoopShare) return 1.0 / loopCount;
        return (loop == loopCount ? 1 : LaterEarlyLoopWeight) / (1 + LaterEarlyLoopWeight * (loopCount - 1));
    }

    internal override IEnumerable<string> Problems()
    {
        foreach (var problem in base.Problems()) yield return problem;
        if (TopK < 1) yield return FormattableString.Invariant($"topK is {TopK}; it must be above 0.");
        if (!(Temperature > 0)) yield return FormattableString.Invariant($"temperature is {Temperature}; it must be above 0.");
        if (EveryLoopShare is not (>= 0 and <= 1)) yield return FormattableString.Invariant($"everyLoopShare is {EveryLoopShare}; it must be between 0 and 1.");
        if (LaterEarlyLoopWeight is not (>= 0 and <= 1)) yield return FormattableString.Invariant($"laterEarlyLoopWeight is {LaterEarlyLoopWeight}; it must be between 0 and 1.");
        if (DivergenceWeight < 0 || CrossEntropyWeight < 0 || DivergenceWeight + CrossEntropyWeight <= 0)
            yield return FormattableString.Invariant($"divergenceWeight {DivergenceWeight} and crossEntropyWeight {CrossEntropyWeight} must be 0 or more, and not both 0.");
    }
}
