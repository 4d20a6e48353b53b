using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Mixers;

namespace LT2.Eval.Models.Looping;

/// <summary>
/// What decoding keeps: one mixer state for each (loop, layer), and for each sequence of the batch how many tokens it has seen.
/// Sequences of unequal length are prefilled apart and then joined.
/// </summary>
public sealed class LoopState : IDisposable
{
    readonly MixerState[][] states; // [loop][layer]

    internal LoopState(MixerState[][] states, IReadOnlyList<IReadOnlyList<MixerChoice>> choices, int[] offsets, int maximumLength) =>
        (this.states, Choices, Offsets, MaximumLength) = (states, choices, offsets, maximumLength);

    /// <summary>Tokens that each sequence has seen.</summary>
    public IReadOnlyList<int> Offsets { get; private set; }

    /// <summary>Sequences.</summary>
    public int BatchSize => Offsets.Count;

    /// <summary>T′, loops that run.</summary>
    public int LoopCount => states.Length;

    /// <summary>Most tokens a sequence may reach.</summary>
    public int MaximumLength { get; }

    /// <summary>Bytes held, caches at their full capacity.</summary>
    public long Bytes => states.Sum(loop => loop.Sum(state => state.Bytes));

    internal IReadOnlyList<IReadOnlyList<MixerChoice>> Choices { get; }

    internal MixerState At(int loop, int layer) => states[loop][layer];

    /// <summary>Whether changes go into the tensors that are there, so that a recorded decode step finds them.</summary>
    internal bool KeepsAddresses
    {
        set
        {
            foreach (var state in All) state.KeepsAddresses = value;
        }
    }

    internal IEnumerable<MixerState> All => states.SelectMany(loop => loop);

    internal IEnumerable<TorchSharp.torch.Tensor> Tensors => All.SelectMany(state => state.Names.Select(name => state[name]));

    /// <summary>
    /// Remembers the state as it is now, so that decoding can start here again and again. Caches of the whole context are not copied: a token only adds its own entry.
    /// </summary>
    public LoopStateMark Mark() => new(this);

    /// <summary>Back to the start of a sequence, in place.</summary>
    public void Clear()
    {
        using var noGrad = TorchSharp.torch.no_grad();
        foreach (var state in All)
            foreach (var name in state.Overwritten) state[name].zero_();
        Offsets = new int[BatchSize];
    }

    /// <summary>
    /// Goes on as if every sequence had seen so many tokens more, which leave nothing but zeros: for measurements that do not depend on what was read, such as memory,
    /// at contexts that would take long to fill.
    /// </summary>
    /// <exception cref="ModelException">They do not fit.</exception>
    public void Skip(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        if (Offsets.Max() + tokens > MaximumLength) throw new ModelException($"{Offsets.Max()} tokens and {tokens} more do not fit a state made for {MaximumLength}.");
        Advance(tokens);
    }

    /// <summary>Says how many tokens each sequence has seen; the caller has put the state there.</summary>
    internal void MoveTo(IReadOnlyList<int> offsets) => Offsets = offsets;

    internal void Advance(int tokens) => Offsets = [.. Offsets.Select(offset => offset + tokens)];

    /// <summary>A copy that goes its own way, each sequence <paramref name="copies"/> times in a row: continuations of one shared prefix.</summary>
    public LoopState Fork(int copies = 1) => Rows([.. Enumerable.Range(0, BatchSize).SelectMany(row => Enumerable.Repeat(row, copies))]);

    /// <summary>A copy of some sequences, in the given order; one may be named several times.</summary>
    public LoopState Rows(IReadOnlyList<int> rows) =>
        new(Map(state => state.Rows(rows)), Choices, [.. rows.Select(row => Offsets[row])], MaximumLength);

    /// <summary>The sequences of several states as one batch. The states must be of one model, loop count and maximum length; they stay as they are.</summary>
    public static LoopState Join(IReadOnlyList<LoopState> parts)
    {
        var first = parts[0];
        if (parts.Any(part => part.LoopCount != first.LoopCount || part.MaximumLength != first.MaximumLength))
            throw new ArgumentException("States to join must have one loop count and one maximum length.", nameof(parts));
        var joined = Enumerable.Range(0, first.LoopCount)
            .Select(loop => Enumerable.Range(0, first.states[loop].Length).Select(layer => MixerState.Join([.. parts.Select(part => part.At(loop, layer))])).ToArray()).ToArray();
        return new LoopState(joined, first.Choices, [.. parts.SelectMany(part => part.Offsets)], first.MaximumLength);
    }

    MixerState[][] Map(Func<MixerState, MixerState> change) => [.. states.Select(loop => loop.Select(change).ToArray())];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in states.SelectMany(loop => loop)) state.Dispose();
    }
}
