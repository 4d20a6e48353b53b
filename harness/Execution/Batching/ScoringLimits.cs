using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>How much goes into one pass of a model.</summary>
/// <param name="BatchSize">Most sequences.</param>
/// <param name="PassCostInTokens">A pass costs about as much as this many further tokens, because launching its many small operations takes time of its own.</param>
/// <param name="StateBytes">Bytes that one sequence's state takes whatever its length.</param>
/// <param name="StateBytesPerToken">Bytes that it grows by with each token.</param>
public sealed record ScoringLimits(int BatchSize, int PassCostInTokens, long StateBytes, long StateBytesPerToken)
{
    private const int PassCostOnCpu = 64, PassCostOnGpu = 4096;

    private const long MostStateBytes = 4L << 30; // of the states of one pass; a pass without states keeps one layer's activations alone

    /// <summary>Limits for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="loopCount">Loops that run: each keeps states of its own.</param>
    /// <param name="onCpu">Whether it runs on a CPU.</param>
    /// <param name="batchSize">Most sequences.</param>
    public static ScoringLimits Of(ModelDefinition model, int loopCount, bool onCpu, int batchSize)
    {
        var looped = model.WithLoopCount(loopCount);
        return new ScoringLimits(batchSize, onCpu ? PassCostOnCpu : PassCostOnGpu, ModelShape.StateBytes(looped), ModelShape.CacheBytesPerToken(looped));
    }

    /// <summary>Most sequences whose states are kept at once.</summary>
    /// <param name="length">Tokens of a sequence.</param>
    /// <param name="read">Of these, tokens that a pass reads: it may read as many in all as <see cref="BatchSize"/> whole sequences have.</param>
    public int MostStates(int length, int read) =>
        (int)Math.Clamp(MostStateBytes / Math.Max(1, StateBytes + (StateBytesPerToken * length)), 1, BatchSize * (long)length / read);
}
