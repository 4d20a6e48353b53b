using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The plain recurrence shared by linear attention (no decay), RetNet and Mamba2 (scalar decay), GLA and HGRN2 (vector decay).
/// q, k <c>[B,T,H,Dk]</c>; v <c>[B,T,HV,Dv]</c>; g absent, <c>[B,T,HV]</c> or <c>[B,T,HV,Dk]</c>; S <c>[B,HV,Dk,Dv]</c>:
/// <c>S_t = e^{g_t} S_{t−1} + k_t v_tᵀ; o_t = scale · S_tᵀ q_t</c>.
/// Chunkwise form: Yang et al. 2024, "Gated Linear Attention Transformers with Hardware-Efficient Training", §4; Dao and Gu 2024, "Transformers are SSMs", §6.
/// </summary>
internal static class LinearRecurrence
{
    /// <summary>The parallel form: on tensor cores where <see cref="FusedChunkedRecurrence"/> serves, else as plain operations.</summary>
    public static RecurrentOutput Chunkwise(Tensor q, Tensor k, Tensor v, Tensor? g, double? scale, Tensor? initialState, long chunkLength)
    {
        Check(q, k, v, g);
        if (q.shape[2] != k.shape[2] || !FusedChunkedRecurrence.Serves(k, v, g, delta: false))
        {
            return Plain(q, k, v, g, scale, initialState, chunkLength);
        }
        var (o, final) = FusedChunkedRecurrence.Apply(q, k, v, null, g, scale ?? Math.Pow(k.shape[3], -0.5), initialState);
        return new RecurrentOutput(o, final!);
    }

    private static RecurrentOutput Plain(Tensor q, Tensor k, Tensor v, Tensor? g, double? scale, Tensor? initialState, long chunkLength)
    {
        if (q.shape[1] > TimeSegments.Length)
        {
            return TimeSegments.Run(q.shape[1], initialState, (start, length, state) =>
            {
                Tensor Part(Tensor x) => x.narrow(1, start, length);
                return Plain(Part(q), Part(k), Part(v), g is null ? null : Part(g), scale, state, chunkLength);
            });
        }
        using var scope = NewDisposeScope();
        var (heads, keyDim, valueDim) = (v.shape[2], k.shape[3], v.shape[3]);
        var dtype = WorkingPrecision.Of(v.dtype);
        var layout = new ChunkLayout(q.shape[1], chunkLength);
        var (Q, K, V) = (
            layout.Split(HeadGroups.Repeat(q, heads), dtype) * (scale ?? Math.Pow(keyDim, -0.5)),
            layout.Split(HeadGroups.Repeat(k, heads), dtype),
            layout.Split(v, dtype));
        var decay = ChunkDecay.Of(g, layout, dtype);

        // Only the carry runs over chunks in order; everything else is one batched product.
        var written = matmul(decay.ToEnd(K).transpose(-1, -2), V);
        var S = WorkingPrecision.StateOrZeros(initialState, dtype, q.device, q.shape[0], heads, keyDim, valueDim);
        var entering = new Tensor[layout.Count];
        for (var n = 0L; n < layout.Count; n++)
        {
            entering[n] = S;
            S = decay.Carry(S, n) + written.select(2, n);
        }
        var O = matmul(decay.FromStart(Q), stack(entering, 2)) + matmul(decay.Product(Q, K).tril(), V);
        var o = layout.Join(O).to_type(v.dtype);
        return new RecurrentOutput(o.MoveToOuterDisposeScope(), S.MoveToOuterDisposeScope());
    }

    public static RecurrentOutput Recurrent(Tensor q, Tensor k, Tensor v, Tensor? g, double? scale, Tensor? initialState, bool inPlace = false)
    {
        using var scope = NewDisposeScope();
        var (heads, keyDim, valueDim) = Check(q, k, v, g);
        if (FusedRecurrentStep.Serves(initialState, v))
        {
            var state = inPlace ? initialState! : initialState!.clone();
            var read = FusedRecurrentStep.Apply(FusedRecurrentStep.Rule.Plain, q, k, v, g, null, null, null, state, scale ?? Math.Pow(keyDim, -0.5));
            return new RecurrentOutput(read.MoveToOuterDisposeScope(), state.MoveToOuterDisposeScope());
        }
        var dtype = WorkingPrecision.Of(v.dtype);
        var Q = HeadGroups.Repeat(q, heads).to_type(dtype) * (scale ?? Math.Pow(keyDim, -0.5));
        var (K, V) = (HeadGroups.Repeat(k, heads).to_type(dtype), v.to_type(dtype));
        var factor = RecurrentStep.DecayFactor(g, dtype);
        var S = WorkingPrecision.StateOrZeros(initialState, dtype, q.device, q.shape[0], heads, keyDim, valueDim);
        var outputs = new Tensor[q.shape[1]];
        for (var t = 0L; t < outputs.Length; t++)
        {
            S = (factor is null ? S : factor.select(1, t) * S) + RecurrentStep.Write(K.select(1, t), V.select(1, t));
            outputs[t] = RecurrentStep.Read(S, Q.select(1, t));
        }
        var o = stack(outputs, 1).to_type(v.dtype);
        return new RecurrentOutput(o.MoveToOuterDisposeScope(), S.MoveToOuterDisposeScope());
    }

    private static (long Heads, long KeyDim, long ValueDim) Check(Tensor q, Tensor k, Tensor v, Tensor? g)
    {
        OperatorShapes.Require(q, "q", -1, -1, -1, -1);
        var (b, t, h, keyDim) = (q.shape[0], q.shape[1], q.shape[2], q.shape[3]);
        OperatorShapes.Require(k, "k", b, t, -1, keyDim);
        OperatorShapes.Require(v, "v", b, t, -1, -1);
        var (heads, valueDim) = (v.shape[2], v.shape[3]);
        OperatorShapes.RequireGroups(h, heads, "q", "v");
        OperatorShapes.RequireGroups(k.shape[2], heads, "k", "v");
        RecurrentStep.RequireDecay(g, b, t, heads, keyDim);
        return (heads, keyDim, valueDim);
    }
}
