namespace LT2.Eval.Models.Mixers;

/// <summary>One tensor of a mixer's decode state. In memory its first axis is the batch; <see cref="ShapePerSequence"/> leaves that out.</summary>
/// <param name="Name">Key in <see cref="MixerState"/>, such as <c>recurrent</c>, <c>convolution</c>, <c>keys</c>.</param>
/// <param name="ShapePerSequence">Shape without the batch axis. For a cache, without the token axis too, which then comes right after the batch.</param>
/// <param name="Single">True: always float32 (recurrent states, sums). False: the model's element type (caches, convolution tails).</param>
/// <param name="GrowsWithContext">True for caches: one entry a token.</param>
/// <param name="TokenLimit">Most entries a cache ever holds (a window), or null for the whole context.</param>
/// <param name="TokensPerEntry">Context tokens one cache entry stands for: 1, or the block length of block summaries.</param>
/// <param name="MostRead">Most entries of a cache that a decode step reads (those that sparse attention chooses), or null for all that hold something.</param>
public sealed record StateTensorDescription(
    string Name, IReadOnlyList<int> ShapePerSequence, bool Single, bool GrowsWithContext = false, int? TokenLimit = null, int TokensPerEntry = 1, int? MostRead = null)
{
    /// <summary>Entries on the token axis for a context of that many tokens; 1 where there is no such axis.</summary>
    public int Entries(int contextLength) =>
        GrowsWithContext ? Math.Min((contextLength + TokensPerEntry - 1) / TokensPerEntry, TokenLimit ?? int.MaxValue) : 1;

    /// <summary>Bytes for one sequence with a context of that many tokens.</summary>
    /// <param name="contextLength">Tokens seen.</param>
    /// <param name="modelElementBytes">Bytes of one element of the model's type: 4 for float32, 2 for bfloat16.</param>
    public long Bytes(int contextLength, int modelElementBytes) =>
        ShapePerSequence.Aggregate((long)Entries(contextLength), (product, side) => product * side) * (Single ? 4 : modelElementBytes);

    /// <summary>
    /// Bytes that a decode step must at least move for one sequence: of a cache what is read of the context's entries and the one that is written; anything else is read and written whole.
    /// </summary>
    /// <param name="contextLength">Tokens seen before the step.</param>
    /// <param name="modelElementBytes">Bytes of one element of the model's type.</param>
    public long StepBytes(int contextLength, int modelElementBytes)
    {
        var entries = GrowsWithContext ? Math.Min(Entries(contextLength), MostRead ?? int.MaxValue) + 1 : 2;
        return ShapePerSequence.Aggregate((long)entries, (product, side) => product * side) * (Single ? 4 : modelElementBytes);
    }

    /// <summary>Shape in memory for a batch and a capacity in tokens.</summary>
    public long[] ShapeFor(int batch, int capacityTokens) =>
        GrowsWithContext ? [batch, Entries(capacityTokens), .. ShapePerSequence.Select(side => (long)side)] : [batch, .. ShapePerSequence.Select(side => (long)side)];
}
