using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>Small reshapes that every mixer needs.</summary>
internal static class Heads
{
    /// <summary><c>[B,L,H·D]</c> to <c>[B,L,H,D]</c>.</summary>
    public static Tensor Split(Tensor x, long width) => x.reshape([.. x.shape[..^1], x.shape[^1] / width, width]);

    /// <summary><c>[B,L,H,D]</c> to <c>[B,L,H·D]</c>.</summary>
    public static Tensor Merge(Tensor x) => x.reshape([.. x.shape[..^2], x.shape[^2] * x.shape[^1]]);

    /// <summary>Positions of the tokens of a call: <c>[L]</c>, or <c>[B,L]</c> where rows differ.</summary>
    public static Tensor Positions(SequencePositions positions, long length, Device device)
    {
        if (positions.Common is { } offset)
        {
            return RotaryEmbedding.Positions(offset, length, device);
        }
        var offsets = positions.OnDevice ?? tensor(positions.Offsets.Select(o => (long)o).ToArray(), device: device);
        return offsets.unsqueeze(1) + RotaryEmbedding.Positions(0, length, device);
    }

    /// <exception cref="ModelException">The width does not divide by the heads.</exception>
    public static int Width(string mixer, string what, double width, int heads)
    {
        var whole = (int)Math.Round(width);
        if (heads < 1 || Math.Abs(width - whole) > 1e-6 * Math.Max(1, width) || whole < 1 || whole % heads != 0)
        {
            throw new ModelException(FormattableString.Invariant($"{mixer}: a {what} width of {width} can't be shared by {heads} heads evenly."));
        }
        return whole / heads;
    }

    /// <exception cref="ModelException">The heads are no multiple of the shared ones.</exception>
    public static void RequireGroups(string mixer, int heads, int shared, string what, string sharedWhat)
    {
        if (heads < 1 || shared < 1 || heads % shared != 0)
        {
            throw new ModelException(FormattableString.Invariant($"{mixer}: {heads} {what} can't share {shared} {sharedWhat} evenly."));
        }
    }

    /// <exception cref="ModelException">The number is below the least one.</exception>
    public static int AtLeast(string mixer, string option, int value, int least)
        => value >= least ? value : throw new ModelException(FormattableString.Invariant($"{mixer}: {option} is {value}; it must be {least} or more."));
}
