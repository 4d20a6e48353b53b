using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Timing;

/// <summary>One drawn batch for every step, each token labelled with the next: what a step costs does not depend on what it reads.</summary>
internal sealed class RepeatedTokens : ITokenBatchSource, IDisposable
{
    private readonly Tensor ids, labels;

    /// <summary>Draws it.</summary>
    public RepeatedTokens(long seed, int vocabularySize, int batchSize, int length)
    {
        using var generator = new Generator((ulong)seed, CPU);
        ids = randint(0, vocabularySize, [batchSize, length], ScalarType.Int64, CPU, generator: generator).DetachFromDisposeScope();
        labels = ids.roll(-1, 1).DetachFromDisposeScope();
    }

    /// <inheritdoc />
    public TokenBatch GetBatch(int step) => new(ids.alias(), labels.alias());

    /// <inheritdoc />
    public void Dispose()
    {
        ids.Dispose();
        labels.Dispose();
    }
}
