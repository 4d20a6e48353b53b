using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Training;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>
/// Training batches of text, on the host: rows are windows at random places of the joined documents, labels the next token.
/// The row of a step is a function of (seed, step, row) alone, so any step can be made again.
/// </summary>
public sealed class CorpusBatchSource : ITokenBatchSource
{
    /// <summary>Share of the text, at its end, that is kept for validation.</summary>
    private const double ValidationShare = 0.01;

    private readonly IReadOnlyList<int> tokens;
    private readonly int first;
    private readonly int count;
    private readonly SampleSeed place;
    private readonly SampleSplit split;
    private readonly long seed;
    private readonly int batchSize;
    private readonly int sequenceLength;

    /// <summary>Creates it.</summary>
    /// <param name="tokens">The documents' tokens, joined.</param>
    /// <param name="split">Train reads the first 99 %, validation the rest.</param>
    /// <param name="seed">Seed of the windows' places.</param>
    /// <param name="batchSize">Rows a batch.</param>
    /// <param name="sequenceLength">Tokens a row.</param>
    public CorpusBatchSource(IReadOnlyList<int> tokens, SampleSplit split, long seed, int batchSize, int sequenceLength)
    {
        var border = (int)(tokens.Count * (1 - ValidationShare));
        (first, count) = split == SampleSplit.Train ? (0, border) : (border, tokens.Count - border);
        if (count <= sequenceLength)
        {
            throw new PlanException($"The text has {tokens.Count} tokens; its {split} part has {count}, too few for rows of {sequenceLength}. Use a longer text or shorter rows.");
        }

        place = new SampleSeed("corpus-windows", 1, "", new Dictionary<string, string>());
        (this.tokens, this.split, this.seed, this.batchSize, this.sequenceLength) = (tokens, split, seed, batchSize, sequenceLength);
    }

    /// <inheritdoc />
    public TokenBatch GetBatch(int step)
    {
        var ids = new long[batchSize * sequenceLength];
        var labels = new long[batchSize * sequenceLength];
        for (var row = 0; row < batchSize; row++)
        {
            var random = place.CreateRandom(split, seed, ((long)step * batchSize) + row);
            var start = first + random.Below(count - sequenceLength);
            for (var column = 0; column < sequenceLength; column++)
            {
                ids[(row * sequenceLength) + column] = tokens[start + column];
                labels[(row * sequenceLength) + column] = tokens[start + column + 1];
            }
        }

        return new TokenBatch(tensor(ids, [batchSize, sequenceLength]), tensor(labels, [batchSize, sequenceLength]));
    }
}
