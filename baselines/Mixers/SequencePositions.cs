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

    /// <summary>The offset that all rows share, or null where they differ or lie in device memory.</summary>
    public int? Common => OnDevice is null && Offsets.All(offset => offset == Offsets[0]) ? Offsets[0] : null;

    /// <summary>The largest offset.</summary>
    public int Largest { get; }

    /// <summary>
    /// [B] int64, the offsets in device memory, for work that is captured once and replayed at other positions. Then <see cref="Offsets"/> and <see cref="Largest"/> are the
    /// largest it may see, and nothing else may be concluded from them. Else null.
    /// </summary>
    public Tensor? OnDevice { get; init; }

    /// <summary>[B] int64: the offsets again, for kernels that read them in device memory, where <see cref="Offsets"/> hold. Else null.</summary>
    public Tensor? Staged { get; init; }

    /// <summary>
    /// [n] int32 zeros in which kernels count the finished parts of their work; they leave zeros. One for each sequence of steps that may run beside others. Null: kernels make their own.
    /// </summary>
    internal Tensor? Tickets { get; init; }

    /// <summary>Tickets enough for steps of that many rows.</summary>
    internal static Tensor NewTickets(int batch, Device device) => zeros([batch * 256L], ScalarType.Int32, device);

    /// <summary>The offsets in device memory, or null where they lie on the host alone.</summary>
    internal Tensor? InDeviceMemory => OnDevice ?? Staged;

    /// <summary>The smallest offset; 0 where they lie in device memory.</summary>
    public int Smallest => OnDevice is null ? Offsets.Min() : 0;

    /// <summary>Positions with one offset a row.</summary>
    public SequencePositions(IReadOnlyList<int> offsets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(offsets.Count);
        Offsets = offsets;
        Largest = offsets.Max();
    }

    /// <summary>Every row at one offset; 0 is the start of the sequence.</summary>
    public static SequencePositions All(int batch, int offset) => new(Enumerable.Repeat(offset, batch).ToArray());
}
