using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>A point of a decode to which its state can return, any number of times. Holds copies of everything that a token overwrites.</summary>
public sealed class LoopStateMark : IDisposable
{
    readonly LoopState state;
    readonly IReadOnlyList<int> offsets;
    readonly List<(MixerState Of, string Name, Tensor Copy)> copies = [];

    internal LoopStateMark(LoopState state)
    {
        (this.state, offsets) = (state, state.Offsets);
        using var noGrad = no_grad();
        foreach (var part in state.All)
            foreach (var name in part.Overwritten) copies.Add((part, name, part[name].clone().DetachFromDisposeScope()));
    }

    /// <summary>Puts the state back.</summary>
    public void Return()
    {
        using var noGrad = no_grad();
        foreach (var (part, name, copy) in copies) part[name].copy_(copy);
        state.MoveTo(offsets);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, _, copy) in copies) copy.Dispose();
        copies.Clear();
    }
}
