using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>One batch of token sequences.</summary>
/// <param name="InputIds">[B, L], int64.</param>
/// <param name="Labels">[B, L], int64: scored from the logits at the same index, −100 where nothing is asked.</param>
public sealed record TokenBatch(Tensor InputIds, Tensor Labels) : IDisposable
{
    /// <summary>The label that asks nothing.</summary>
    public const long NoLabel = -100;

    /// <inheritdoc/>
    public void Dispose()
    {
        InputIds.Dispose();
        Labels.Dispose();
    }
}
