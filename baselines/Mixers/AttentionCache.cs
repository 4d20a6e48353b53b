using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>Keys and values of past tokens inside a <see cref="MixerState"/>: a plain list over the context, or a ring of the last w.</summary>
internal sealed class AttentionCache(MixerState state, int? window, int maximumLength)
{
    internal Tensor Keys => state["keys"];     // [B, R, H, D]
    internal Tensor Values => state["values"];

    int Capacity => (int)Keys.shape[1];

    // A ring shorter than the window belongs to a context that can never outgrow it.
    bool Wraps => window is { } w && w <= Capacity;

    /// <summary>Entries that hold something once a token at <paramref name="offset"/> is written.</summary>
    internal int Used(int offset) => Math.Min(offset + 1, Capacity);

    /// <summary>Adds tokens whose rows all start at one offset, and returns keys and values for attention: those still visible, then the new ones.</summary>
    internal (Tensor Keys, Tensor Values) Extend(Tensor k, Tensor v, int offset)
    {
        var length = (int)k.shape[1];
        if (!Wraps)
        {
            Check(offset + length);
            Keys.narrow(1, offset, length).copy_(k);
            Values.narrow(1, offset, length).copy_(v);
            return offset == 0 ? (k, v) : (Keys.narrow(1, 0, offset + length), Values.narrow(1, 0, offset + length));
        }
        var past = Math.Min(offset, window!.Value - 1);
        var (allKeys, allValues) = (k, v);
        if (past > 0)
        {
            Tensor[] Past(Tensor ring) => [.. Runs(offset - past, past).Select(run => ring.narrow(1, run.Slot, run.Length))];
            (allKeys, allValues) = (cat([.. Past(Keys), k.to(Keys.dtype)], 1), cat([.. Past(Values), v.to(Values.dtype)], 1));
        }
        var kept = Math.Min(length, Capacity);
        foreach (var (slot, token, count) in Runs(offset + length - kept, kept))
        {
            Keys.narrow(1, slot, count).copy_(k.narrow(1, length - kept + token, count));
            Values.narrow(1, slot, count).copy_(v.narrow(1, length - kept + token, count));
        }
        return (allKeys, allValues);
    }

    /// <summary>Adds one token a row, each row at its own offset. Returns which entries each row may see, [B, 1, 1, R], or null where all rows see all used entries.</summary>
    internal Tensor? Write(Tensor k, Tensor v, IReadOnlyList<int> offsets)
    {
        var largest = offsets.Max();
        if (!Wraps) Check(largest + 1);
        if (offsets.All(offset => offset == largest))
        {
            Keys.narrow(1, largest % Capacity, 1).copy_(k);
            Values.narrow(1, largest % Capacity, 1).copy_(v);
            return null;
        }
        var rows = arange(offsets.Count, device: k.device);
        var slots = tensor(offsets.Select(offset => (long)(offset % Capacity)).ToArray(), device: k.device);
        Keys.index_put_(k.squeeze(1).to(Keys.dtype), [rows, slots]);
        Values.index_put_(v.squeeze(1).to(Values.dtype), [rows, slots]);
        var used = tensor(offsets.Select(offset => (long)Used(offset)).ToArray(), device: k.device);
        return arange(Capacity, device: k.device).lt(used.view(-1, 1, 1, 1));
    }

    /// <summary>The same, with positions that may lie in device memory.</summary>
    internal Tensor? Write(Tensor k, Tensor v, SequencePositions positions)
    {
        if (positions.OnDevice is not { } offsets) return Write(k, v, positions.Offsets);
        Require(positions);
        var rows = arange(offsets.shape[0], device: k.device);
        var slots = offsets.remainder(Capacity);
        Keys.index_put_(k.squeeze(1).to(Keys.dtype), [rows, slots]);
        Values.index_put_(v.squeeze(1).to(Values.dtype), [rows, slots]);
        return arange(Capacity, device: k.device).lt(offsets.add(1).clamp_max(Capacity).view(-1, 1, 1, 1));
    }

    /// <exception cref="ModelException">One token more a row does not fit.</exception>
    internal void Require(SequencePositions positions)
    {
        if (!Wraps) Check(positions.Largest + 1);
    }

    // Where the ring holds tokens position … position + count − 1, count at most its size: in one run, or in two where it wraps. Slices, since a list of places would have to come from
    // the host, which then waits for the device once a layer.
    IEnumerable<(int Slot, int Token, int Length)> Runs(int position, int count)
    {
        var first = Math.Min(count, Capacity - position % Capacity);
        yield return (position % Capacity, 0, first);
        if (first < count) yield return (0, first, count - first);
    }

    void Check(int tokens)
    {
        if (tokens > Capacity)
            throw new ModelException($"A context of {tokens} tokens does not fit the cache of {Capacity}; make the state for a longer maximum length (the model allows {maximumLength}).");
    }
}
