using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>Caches over the whole context inside a <see cref="MixerState"/>: entry p of row b belongs to the token (or block) at position p of that row.</summary>
internal static class ContextCache
{
    /// <summary>Writes x <c>[B,L,…]</c> at the rows' offsets, and returns the entries up to the furthest one written, <c>[B,R,…]</c>.</summary>
    /// <exception cref="ModelException">The context does not fit the cache.</exception>
    public static Tensor Append(MixerState state, string name, Tensor x, SequencePositions positions)
    {
        var cache = state[name];
        var length = x.shape[1];
        var end = Require(state, name, positions, length);
        using var off = no_grad();
        if (positions.Common is { } offset)
        {
            cache.narrow(1, offset, length).copy_(x);
        }
        else
        {
            var slots = Heads.Positions(positions, length, x.device);
            var rows = arange(x.shape[0], device: x.device).unsqueeze(1).expand(slots.shape);
            cache.index_put_(x.to_type(cache.dtype), [rows, slots]);
        }
        return cache.narrow(1, 0, end);
    }

    /// <summary>The tokens in all, once that many more have come.</summary>
    /// <exception cref="ModelException">The context does not fit the cache.</exception>
    public static long Require(MixerState state, string name, SequencePositions positions, long length)
    {
        var (end, capacity) = (positions.Largest + length, state[name].shape[1]);
        return end <= capacity ? end
            : throw new ModelException($"A context of {end} tokens does not fit the cache '{name}' of {capacity}; make the state for a longer maximum length.");
    }
}
