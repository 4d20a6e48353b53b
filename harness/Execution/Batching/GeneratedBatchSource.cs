using LT2.Eval.Models.Training;
using LT2.Eval.Tasks.Contracts;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>Training batches of a generated case, on the host: step s holds samples s·batch … of the split's stream, so any step can be made again.</summary>
/// <param name="item">The case.</param>
/// <param name="split">Train or validation.</param>
/// <param name="seed">Seed of the stream.</param>
/// <param name="batchSize">Rows a batch.</param>
public sealed class GeneratedBatchSource(IGeneratedCase item, SampleSplit split, long seed, int batchSize) : ITokenBatchSource
{
    /// <inheritdoc />
    public TokenBatch GetBatch(int step)
    {
        var first = (long)step * batchSize;
        return TokenRows.ToBatch([.. Enumerable.Range(0, batchSize).Select(row => item.GetSample(split, seed, first + row))], CPU);
    }
}
