using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The delta rule shared by DeltaNet (no decay), GDN (scalar decay) and KDA (vector decay).
/// q, k <c>[B,T,H,Dk]</c>; v <c>[B,T,HV,Dv]</c>; β <c>[B,T,HV]</c>; g absent, <c>[B,T,HV]</c> or <c>[B,T,HV,Dk]</c>; S <c>[B,HV,Dk,Dv]</c>:
/// <c>P_t = e^{g_t} S_{t−1}; e_t = β_t (v_t − P_tᵀ k_t); S_t = P_t + k_t e_tᵀ; o_t = scale · S_tᵀ q_t</c>.
/// Chunkwise form: Yang et al. 2024, "Parallelizing Linear Transformers with the Delta Rule over Sequence Length", §3 (UT transform);
/// with decay: Yang et al. 2025, "Gated Delta Networks", §3.
/// </summary>
internal static class DeltaRuleEngine
{
    public static RecurrentOutput Chunkwise(Tensor q, Tensor k, Tensor v, Tensor beta, Tensor? g, double? scale, Tensor? initialState, long chunkLength)
    {
        var (o, state) = Run(q, k, v, beta, g, scale, initialState, chunkLength, needFinalState: true);
        return new RecurrentOutput(o, state!);
    }

    /// <summary>
    /// The parallel form: on tensor cores where <see cref="FusedChunkedRecurrence"/> serves, else as plain operations. Without <paramref name="needFinalState"/> the last
    /// chunk's update is saved and the returned state is null or of no use.
    /// </summary>
    public static (Tensor Output, Tensor? State) Run(
        Tensor q, Tensor k, Tensor v, Tensor beta, Tensor? g, double? scale, Tensor? initialState, long chunkLength, bool needFinalState)
    {
        Check(q, k, v, beta, g);
        return FusedChunkedRecurrence.Serves(k, v, g)
            ? FusedChunkedRecurrence.Apply(q, k, v, beta, g, scale ?? Math.Pow(k.shape[3], -0.5), initialState, needFinalState)
            : Plain(q, k, v, beta, g, scale, initialState, chunkLength, needFinalState);
    }

    /// <summary>The same with queries and keys side by side, [B, T, 2 H, Dk]: their gradients then need no joining.</summary>
    public static (Tensor Output, Tensor? State) RunPacked(
        Tensor qk, Tensor v, Tensor beta, Tensor? g, double? scale, Tensor? initialState, long chunkLength, bool needFinalState)
    {
        if (FusedChunkedRecurrence.Serves(qk, v, g))
        {
            return FusedChunkedRecurrence.Apply(qk, null, v, beta, g, scale ?? Math.Pow(qk.shape[3], -0.5), initialState, needFinalState);
        }
        var heads = qk.shape[2] / 2;
        return Run(qk.narrow(2, 0, heads), qk.narrow(2, heads, heads), v, beta, g, scale, initialState, chunkLength, needFinalState);
    }

    private static (Tensor Output, Tensor? State) Plain(
        Tensor q, Tensor k, Tensor v, Tensor beta, Tensor? g, double? scale, Tensor? initialState, long chunkLength, bool needFinalState)
    {
        if (q.shape[1] > TimeSegments.Length)
        {
            var whole = TimeSegments.Run(q.shape[1], initialState, (start, length, state) =>
            {
                Tensor Part(Tensor x) => x.narrow(1, start, length);
                var (part, final) = Plain(Part(q), Part(k), Part(v), Part(beta), g is null ? null : Part(g), scale, state, chunkLength, needFinalState: true);
                return new RecurrentOutput(part, final!);
            });
            return (whole.Output, whole.FinalState);
        }
        using var scope = NewDisposeScope();
        var (heads, keyDim, valueDim) = (v.shape[2], k.shape[3], v.shape[3]);
        var dtype = WorkingPrecision.Of(v.dtype);
        var layout = new ChunkLayout(q.shape[1], chunkLength);
        var (Q, K, V) = (
            layout.Split(HeadGroups.Repeat(q, heads), dtype) * (scale ?? Math.Pow(keyDim, -0.5)),
            layout.Split(HeadGroups.Repeat(k, heads), dtype),
            layout.Split(v, dtype));
        var B = layout.Split(beta, dtype).unsqueeze(-1);
        var decay = ChunkDecay.Of(g, layout, dtype);

        // (I + diag(β) stril P(K,K)) [U|W] = diag(β) [V|K e^G]: U is what rows write, W what they read of the entering state.
        // Forward substitution: a doubling product over powers cancels catastrophically for correlated keys.
        var products = decay.Products([K, Q], [K]);
        var system = (B * products[0, 0]).tril(-1);
        Tensor Solve(Tensor right) => linalg.solve_triangular(system, right, upper: false, left: true, unitriangular: true);
        var A = products[1, 0].tril();
        if (layout.Count == 1 && initialState is null && !needFinalState)
        {
            return (layout.Join(matmul(A, Solve(B * V))).to_type(v.dtype).MoveToOuterDisposeScope(), null);
        }
        var solved = Solve(B * cat([V, decay.FromStart(K)], -1));
        var (U, W) = (solved.narrow(-1, 0, valueDim), solved.narrow(-1, valueDim, keyDim));
        var (Qs, Ke) = (decay.FromStart(Q), decay.ToEnd(K).transpose(-1, -2));

        var S = initialState is null ? null : WorkingPrecision.StateOrZeros(initialState, dtype, q.device, q.shape[0], heads, keyDim, valueDim);
        var outputs = new Tensor[layout.Count];
        for (var n = 0L; n < layout.Count; n++)
        {
            var E = S is null ? U.select(2, n) : U.select(2, n) - matmul(W.select(2, n), S);
            var o = matmul(A.select(2, n), E);
            outputs[n] = S is null ? o : o + matmul(Qs.select(2, n), S);
            if (n == layout.Count - 1 && !needFinalState)
            {
                break;
            }
            var written = matmul(Ke.select(2, n), E);
            S = S is null ? written : decay.Carry(S, n) + written;
        }
        var joined = layout.Join(stack(outputs, 2)).to_type(v.dtype);
        return (joined.MoveToOuterDisposeScope(), needFinalState ? S!.MoveToOuterDisposeScope() : null);
    }

    public static RecurrentOutput Recurrent(Tensor q, Tensor k, Tensor v, Tensor beta, Tensor? g, double? scale, Tensor? initialState, bool inPlace = false)
    {
        using var scope = NewDisposeScope();
        var (heads, keyDim, valueDim) = Check(q, k, v, beta, g);
        if (FusedRecurrentStep.Serves(initialState, v))
        {
            var state = inPlace ? initialState! : initialState!.clone();
            var read = FusedRecurrentStep.Apply(FusedRecurrentStep.Rule.Delta, q, k, v, g, beta, null, null, state, scale ?? Math.Pow(keyDim, -0.5));
            return new RecurrentOutput(read.MoveToOuterDisposeScope(), state.MoveToOuterDisposeScope());
        }
        var dtype = WorkingPrecision.Of(v.dtype);
        var Q = HeadGroups.Repeat(q, heads).to_type(dtype) * (scale ?? Math.Pow(keyDim, -0.5));
        var (K, V, B) = (HeadGroups.Repeat(k, heads).to_type(dtype), v.to_type(dtype), beta.to_type(dtype));
        var factor = RecurrentStep.DecayFactor(g, dtype);
        var S = WorkingPrecision.StateOrZeros(initialState, dtype, q.device, q.shape[0], heads, keyDim, valueDim);
        var outputs = new Tensor[q.shape[1]];
        for (var t = 0L; t < outputs.Length; t++)
        {
            var kt = K.select(1, t);
            S = factor is null ? S : factor.select(1, t) * S;
            var e = B.select(1, t).unsqueeze(-1) * (V.select(1, t) - RecurrentStep.Read(S, kt));
            S = S + RecurrentStep.Write(kt, e);
            outputs[t] = RecurrentStep.Read(S, Q.select(1, t));
        }
        var o = stack(outputs, 1).to_type(v.dtype);
        return new RecurrentOutput(o.MoveToOuterDisposeScope(), S.MoveToOuterDisposeScope());
    }

    private static (long Heads, long KeyDim, long ValueDim) Check(Tensor q, Tensor k, Tensor v, Tensor beta, Tensor? g)
    {
        OperatorShapes.Require(q, "q", -1, -1, -1, -1);
        var (b, t, h, keyDim) = (q.shape[0], q.shape[1], q.shape[2], q.shape[3]);
        OperatorShapes.Require(k, "k", b, t, h, keyDim);
        OperatorShapes.Require(v, "v", b, t, -1, -1);
        var (heads, valueDim) = (v.shape[2], v.shape[3]);
        OperatorShapes.RequireGroups(h, heads, "q and k", "v");
        OperatorShapes.Require(beta, "beta", b, t, heads);
        RecurrentStep.RequireDecay(g, b, t, heads, keyDim);
        return (heads, keyDim, valueDim);
    }
}
