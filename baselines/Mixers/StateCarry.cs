using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// The causal carry of a delta-rule state from loop to loop: at token t, loop τ adds c_τ ⊙ scale · (S^(τ−1)_t)ᵀ q^(τ)_t to its output, where S^(τ−1)_t is what the
/// previous loop had written up to and including t. (Handing over the state after the whole sequence would leak the future.)
/// </summary>
internal sealed class StateCarry(Tensor gate, double scale, int chunkLength)
{
    static readonly string[] Parts = ["k", "v", "beta", "g", "initial"];

    /// <summary>Adds the read of the previous loop's state, if there was a previous loop, and drops what was read: no other loop asks for it.</summary>
    internal Tensor Read(Tensor o, Tensor q, MixerCall call)
    {
        Tensor? Part(string part) => call.Shared.TryGetValue(Name(call, call.LoopIndex - 1, part), out var tensor) ? tensor : null;
        if (Part("k") is not { } k) return o;
        var (read, _) = DeltaRuleEngine.Run(q, k, Part("v")!, Part("beta")!, Part("g")!, scale, Part("initial"), chunkLength, needFinalState: false);
        foreach (var part in Parts)
        {
            if (!is_grad_enabled()) Part(part)?.Dispose(); // with gradients the backward pass may yet read it
            call.Shared.Remove(Name(call, call.LoopIndex - 1, part));
        }
        return addcmul(o, read, gate[Math.Min(call.LoopIndex, (int)gate.shape[0] - 1)].to(o.dtype).unsqueeze(-1), 1);
    }

    /// <summary>Leaves this loop's writes for the next one.</summary>
    internal void Leave(Tensor k, Tensor v, Tensor beta, Tensor g, Tensor? initial, MixerCall call)
    {
        foreach (var (part, tensor) in Parts.Zip((Tensor?[])[k, v, beta, g, initial]))
            if (tensor is not null) call.Shared[Name(call, call.LoopIndex, part)] = tensor;
    }

    static string Name(MixerCall call, int loop, string part) => $"carry {call.LayerIndex} {loop} {part}";
}
