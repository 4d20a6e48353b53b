using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// A few tokens of a linear recurrence with the state in registers, one launch: the recurrent form of every operator here. The state changes in place. Without gradients.
/// </summary>
internal static class FusedRecurrentStep
{
    /// <summary>What is written into the state.</summary>
    internal enum Rule
    {
        /// <summary>k vᵀ.</summary>
        Plain = 0,

        /// <summary>k (β (v − Pᵀk))ᵀ, P the decayed state.</summary>
        Delta = 1,

        /// <summary>b (Sᵀa)ᵀ + k vᵀ.</summary>
        DiagonalPlusLowRank = 2,
    }

    /// <summary>Whether the kernel may take this step.</summary>
    /// <param name="state">[B, H, Dk, Dv].</param>
    /// <param name="v">[B, T, H, Dv].</param>
    internal static bool Serves(Tensor? state, Tensor v) =>
        state is not null && FusedOperations.Serves(state) && state.dtype == ScalarType.Float32 && state.is_contiguous() && state.shape[3] % 4 == 0 && state.shape[2] <= 256
        && v.dtype is ScalarType.BFloat16 or ScalarType.Float32 && !FusedOperations.Recorded(state, v);

    /// <summary>Runs it.</summary>
    /// <param name="rule">The recurrence.</param>
    /// <param name="q">[B, T, HQ, Dk]; HQ divides H.</param>
    /// <param name="k">[B, T, HK, Dk]; HK divides H.</param>
    /// <param name="v">[B, T, H, Dv].</param>
    /// <param name="g">Log decay: null, [B, T, H] or [B, T, H, Dk].</param>
    /// <param name="beta">[B, T, H] for the delta rule.</param>
    /// <param name="a">[B, T, H, Dk] for the low-rank part.</param>
    /// <param name="b">Like a.</param>
    /// <param name="state">[B, H, Dk, Dv] float32, changed in place.</param>
    /// <param name="scale">On the read-out.</param>
    /// <returns>[B, T, H, Dv] in the type of v.</returns>
    internal static Tensor Apply(Rule rule, Tensor q, Tensor k, Tensor v, Tensor? g, Tensor? beta, Tensor? a, Tensor? b, Tensor state, double scale)
    {
        using var scope = NewDisposeScope();
        var (batch, heads, keyDim, valueDim) = (state.shape[0], state.shape[1], state.shape[2], state.shape[3]);
        var o = empty(v.shape, ScalarType.Float32, v.device);
        var decay = g is null ? 0 : g.dim() == 3 ? 1 : 2;
        KernelLibrary.Get(state, "recurrent_step", "recurrent_step", ("KEY", keyDim), ("VALUE", valueDim), ("DECAY", decay), ("RULE", (int)rule))
            .LaunchOverlapping(batch * heads * ((valueDim + 31) / 32), 128, Dense(q), Dense(k), Dense(v), Dense(g), Dense(beta), Dense(a), Dense(b), state, o,
                v.shape[1], (int)heads, (int)q.shape[2], (int)k.shape[2], (float)scale);
        return o.to_type(v.dtype).MoveToOuterDisposeScope();
    }

    static Tensor? Dense(Tensor? x) => x?.to_type(ScalarType.Float32).contiguous();
}
