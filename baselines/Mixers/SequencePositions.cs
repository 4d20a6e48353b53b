using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// Where the tokens of a call stand: token i of row b is at position <c>Offsets[b] + i</c>.
/// Rows may stand at different positions: sequences of unequal length are prefilled apart (or in groups of one length), their states are joined
/// row by row, and from then on every row carries its own offset. So a call never holds padding before real tokens.
/// </summary>
public sealed class SequencePositions
{
    /// <summary>Tokens that each row has seen before this call.</summary>
    public IReadOnlyList<int> Offsets { get; }

    /// <summary>The offset that all rows share, or null where they differ.</summary>
    public int? Common { get; }

    /// <summary>The largest offset.</summary>
    public int Largest { get; }

    /// <summary>[B] int64, the offsets in device memory, for work that is captured once and replayed at other positions; then <see cref="Largest"/> is the largest it may see. Else null.</summary>
    public Tensor? OnDevice { get; init; }

    /// <summary>Positions with one offset a row.</summary>
    public SequencePositions(IReadOnlyList<int> offsets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(offsets.Count);
        Offsets = offsets;
        Largest = offsets.Max();
        Common = offsets.All(offset => offset == offsets[0]) ? offsets[0] : null;
    }

    /// <summary>Every row at one offset; 0 is the start of the sequence.</summary>
    public static SequencePositions All(int batch, int offset) => new(Enumerable.Repeat(offset, batch).ToArray());
}
