namespace LT2.Eval.Models.Definitions;

/// <summary>The training loss.</summary>
/// <param name="Kind">Which readouts count.</param>
/// <param name="Weights">For <see cref="LossKind.Weighted"/>: one a loop, the last repeated if there are more loops; only their ratios matter.</param>
/// <param name="MinimumLoopCount">For <see cref="LossKind.RandomLoopCount"/>: the count is uniform from here to the trained loop count.</param>
/// <param name="EntropyWeight">For <see cref="LossKind.ExitExpectation"/>: β of the entropy bonus.</param>
public sealed record LossDefinition(
    LossKind Kind = LossKind.LastLoop, IReadOnlyList<double>? Weights = null, int MinimumLoopCount = 1, double EntropyWeight = 0.1)
{
    /// <summary>Whether readouts before the last loop are trained, so that reading them is meaningful.</summary>
    public bool TrainsEarlyReadouts => Kind != LossKind.LastLoop;

    /// <summary>The weight of the readout after loop <paramref name="loop"/> (from 1) of <paramref name="loopCount"/>; they add up to 1.</summary>
    /// <remarks>Where fewer loops run than weights begin with zeros, the last loop counts alone.</remarks>
    public double WeightOf(int loop, int loopCount) => Kind switch
    {
        LossKind.EveryLoop => 1.0 / loopCount,
        LossKind.Weighted when Enumerable.Range(1, loopCount).Sum(RawWeight) is var sum and not 0 => RawWeight(loop) / sum,
        _ => loop == loopCount ? 1 : 0,
    };

    double RawWeight(int loop) => Weights is { Count: > 0 } weights ? weights[Math.Min(loop, weights.Count) - 1] : 1;
}
