using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The generalised delta rule of RWKV7 (Peng et al. 2025, "RWKV-7 Goose"): a diagonal plus low-rank transition.
/// r, w, k, a, b <c>[B,T,H,Dk]</c> (w ≤ 0 the natural log of the decay), v <c>[B,T,H,Dv]</c>, S <c>[B,H,Dk,Dv]</c>:
/// <c>S_t = diag(e^{w_t}) S_{t−1} + b_t (a_tᵀ S_{t−1}) + k_t v_tᵀ; o_t = scale · S_tᵀ r_t</c>. a reads the <b>undecayed</b> state.
/// RWKV7 takes a = −κ and b = κ ⊙ a and scale 1.
/// </summary>
public static class DiagonalPlusLowRank
{
    /// <summary>
    /// Parallel form, chunks of <paramref name="chunkLength"/> tokens. <paramref name="leastDecay"/> is a value that no w is below, where the gate guarantees one: near enough to 0
    /// it spares the sub-chunks.
    /// </summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Chunkwise(
        Tensor r, Tensor w, Tensor k, Tensor v, Tensor a, Tensor b, double scale = 1, Tensor? initialState = null, long chunkLength = 64,
        double? leastDecay = null)
    {
        if (r.shape[1] > TimeSegments.Length)
        {
            return TimeSegments.Run(r.shape[1], initialState, (start, length, state) =>
            {
                Tensor Part(Tensor x) => x.narrow(1, start, length);
                return Chunkwise(Part(r), Part(w), Part(k), Part(v), Part(a), Part(b), scale, state, chunkLength, leastDecay);
            });
        }
        using var scope = NewDisposeScope();
        var (heads, keyDim, valueDim) = Check(r, w, k, v, a, b);
        var dtype = WorkingPrecision.Of(v.dtype);
        var layout = new ChunkLayout(r.shape[1], chunkLength);
        var (R, K, V, A, B) = (layout.Split(r, dtype) * scale, layout.Split(k, dtype), layout.Split(v, dtype), layout.Split(a, dtype), layout.Split(b, dtype));
        var decay = ChunkDecay.Of(w, layout, dtype, leastDecay);

        // Z_t = a_tᵀ S_{t−1} inside the chunk: (I − Aab) Z = Aak V + (a ⊙ e^Ĝ) S, solved by forward substitution.
        var reads = decay.Products([A], [B, K], exclusive: true);
        var (Aab, Aak) = (reads[0, 0].tril(-1), reads[0, 1].tril(-1));
        var queries = decay.Products([R], [B, K]);
        var solved = linalg.solve_triangular(-Aab, cat([matmul(Aak, V), decay.FromStartExclusive(A)], -1), upper: false, left: true, unitriangular: true);
        var (Zv, Zs) = (solved.narrow(-1, 0, valueDim), solved.narrow(-1, valueDim, keyDim));
        var (Rs, Arb) = (decay.FromStart(R), queries[0, 0].tril());
        var (Ke, Be) = (decay.ToEnd(K).transpose(-1, -2), decay.ToEnd(B).transpose(-1, -2));
        var (local, written) = (matmul(queries[0, 1].tril(), V), matmul(Ke, V));

        var S = WorkingPrecision.StateOrZeros(initialState, dtype, r.device, r.shape[0], heads, keyDim, valueDim);
        var outputs = new Tensor[layout.Count];
        for (var n = 0L; n < layout.Count; n++)
        {
            var Z = Zv.select(2, n) + matmul(Zs.select(2, n), S);
            outputs[n] = matmul(Rs.select(2, n), S) + matmul(Arb.select(2, n), Z);
            S = decay.Carry(S, n) + written.select(2, n) + matmul(Be.select(2, n), Z);
        }
        var o = layout.Join(stack(outputs, 2) + local).to_type(v.dtype);
        return new RecurrentOutput(o.MoveToOuterDisposeScope(), S.MoveToOuterDisposeScope());
    }

    /// <summary>Recurrent form, token by token. With <paramref name="inPlace"/> a kernel may change the initial state itself.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Recurrent(
        Tensor r, Tensor w, Tensor k, Tensor v, Tensor a, Tensor b, double scale = 1, Tensor? initialState = null, bool inPlace = false)
    {
        using var scope = NewDisposeScope();
        var (heads, keyDim, valueDim) = Check(r, w, k, v, a, b);
        if (FusedRecurrentStep.Serves(initialState, v))
        {
            var state = inPlace ? initialState! : initialState!.clone();
            var read = FusedRecurrentStep.Apply(FusedRecurrentStep.Rule.DiagonalPlusLowRank, r, k, v, w, null, a, b, state, scale);
            return new RecurrentOutput(read.MoveToOuterDisposeScope(), state.MoveToOuterDisposeScope());
        }
        var dtype = WorkingPrecision.Of(v.dtype);
        var (R, K, V, A, B) = (r.to_type(dtype) * scale, k.to_type(dtype), v.to_type(dtype), a.to_type(dtype), b.to_type(dtype));
        var factor = RecurrentStep.DecayFactor(w, dtype)!;
        var S = WorkingPrecision.StateOrZeros(initialState, dtype, r.device, r.shape[0], heads, keyDim, valueDim);
        var outputs = new Tensor[r.shape[1]];
        for (var t = 0L; t < outputs.Length; t++)
        {
            var z = RecurrentStep.Read(S, A.select(1, t));
            S = factor.select(1, t) * S + RecurrentStep.Write(B.select(1, t), z) + RecurrentStep.Write(K.select(1, t), V.select(1, t));
            outputs[t] = RecurrentStep.Read(S, R.select(1, t));
        }
        var o = stack(outputs, 1).to_type(v.dtype);
        return new RecurrentOutput(o.MoveToOuterDisposeScope(), S.MoveToOuterDisposeScope());
    }

    private static (long Heads, long KeyDim, long ValueDim) Check(Tensor r, Tensor w, Tensor k, Tensor v, Tensor a, Tensor b)
    {
        OperatorShapes.Require(r, "r", -1, -1, -1, -1);
        var (batch, t, h, keyDim) = (r.shape[0], r.shape[1], r.shape[2], r.shape[3]);
        OperatorShapes.Require(v, "v", batch, t, h, -1);
        foreach (var (x, name) in new[] { (w, "w"), (k, "k"), (a, "a"), (b, "b") })
        {
            OperatorShapes.Require(x, name, batch, t, h, keyDim);
        }
        return (h, keyDim, v.shape[3]);
    }
}
