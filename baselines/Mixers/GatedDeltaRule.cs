using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// The delta rule with scalar decay (Yang, Kautz, Hatamizadeh, 2024):
/// P_t = e^(g_t) S_(t−1);  e_t = β_t (v_t − P_tᵀ k_t);  S_t = P_t + k_t e_tᵀ;  o_t = scale · S_tᵀ q_t.
/// Letters: q, k [B, L, H, Dk]; v [B, L, HV, Dv]; β, g [B, L, HV] (g ≤ 0, natural log; null for no decay); S [B, HV, Dk, Dv].
/// HV may be a multiple of H: value head h reads key head h / (HV / H). Everything is computed in at least float32.
/// </summary>
public static class GatedDeltaRule
{
    /// <summary>The recurrence itself, token by token.</summary>
    /// <returns>o [B, L, HV, Dv] and the final state.</returns>
    public static (Tensor Output, Tensor State) Recurrent(Tensor q, Tensor k, Tensor v, Tensor beta, Tensor? g, double scale, Tensor? initialState = null)
    {
        (q, k) = (Group(q, v), Group(k, v));
        (q, k, v, beta) = (Wide(q).mul(scale), Wide(k), Wide(v), Wide(beta));
        var decay = g is null ? null : Wide(g).exp();
        var s = initialState is null ? zeros([v.shape[0], v.shape[2], k.shape[3], v.shape[3]], v.dtype, v.device) : initialState.to(v.dtype);
        var outputs = new List<Tensor>();
        for (var t = 0; t < v.shape[1]; t++)
        {
            var key = k.select(1, t).unsqueeze(-1);                                            // [B, HV, Dk, 1]
            if (decay is not null) s = s.mul(decay.select(1, t).unsqueeze(-1).unsqueeze(-1));
            var read = s.mul(key).sum(-2);                                                     // [B, HV, Dv]
            var e = v.select(1, t).sub(read).mul(beta.select(1, t).unsqueeze(-1));
            s = addcmul(s, key, e.unsqueeze(-2), 1);
            outputs.Add(s.mul(q.select(1, t).unsqueeze(-1)).sum(-2));
        }
        return (stack(outputs, 1), s);
    }

    /// <summary>
    /// The same in chunks of C tokens (UT transform): with A = stril(K Kᵀ ⊙ decay), E = (I + diag(β) A)⁻¹ diag(β) (V − (K ⊙ e^G) S),
    /// O = (Q ⊙ e^G) S + tril(Q Kᵀ ⊙ decay) E, S' = e^(G_C) S + (K ⊙ e^(G_C − G))ᵀ E, where G is the running sum of g inside a chunk.
    /// A ragged end is padded with k = v = β = g = 0, which writes nothing.
    /// </summary>
    /// <param name="q">[B, L, H, Dk].</param>
    /// <param name="k">[B, L, H, Dk].</param>
    /// <param name="v">[B, L, HV, Dv].</param>
    /// <param name="beta">[B, L, HV].</param>
    /// <param name="g">[B, L, HV], or null.</param>
    /// <param name="scale">On q.</param>
    /// <param name="initialState">[B, HV, Dk, Dv], or null for zeros.</param>
    /// <param name="chunkLength">C.</param>
    /// <param name="needFinalState">False saves the last chunk's update; the returned state is then null.</param>
    public static (Tensor Output, Tensor? State) Chunked(
        Tensor q, Tensor k, Tensor v, Tensor beta, Tensor? g, double scale, Tensor? initialState = null, int chunkLength = 64, bool needFinalState = true)
    {
        var length = v.shape[1];
        var c = Math.Min(chunkLength, length);
        var n = (length + c - 1) / c;
        var type = v.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor Chunks(Tensor x) => Pad(Wide(x), n * c - length).unflatten(1, [n, c]).movedim([3], [1]);      // [B, H, N, C, …]
        var (queries, keys, values, betas) = (Chunks(Group(q, v)).mul(scale), Chunks(Group(k, v)), Chunks(v), Chunks(beta).unsqueeze(-1));

        Tensor? logs = null, running = null, fromStart = null, decay = null;
        if (g is not null)
        {
            logs = Chunks(g);
            running = logs.cumsum(-1);                                                                      // G [B, HV, N, C]
            fromStart = running.exp().unsqueeze(-1);
            // Sums of g between two tokens rather than differences of G, which lose digits behind a strong decay.
            // −∞ above the diagonal before the exponential: masking afterwards would multiply ∞ by 0.
            decay = DecaySums.Pairs(logs, -1).add(Above(c, type, v.device)).exp();
        }
        var betaKeys = keys.mul(betas);
        var keysAcross = keys.transpose(-1, -2);
        var a = Decayed(betaKeys.matmul(keysAcross), decay);                                                // the solver reads below the diagonal only
        var attention = decay is null ? queries.matmul(keysAcross).tril() : queries.matmul(keysAcross).mul(decay);
        var betaValues = values.mul(betas);

        if (n == 1 && initialState is null && !needFinalState)
            return (Join(attention.matmul(Solve(a, betaValues)), length), null);

        var solved = Solve(a, cat([betaValues, fromStart is null ? betaKeys : betaKeys.mul(fromStart)], -1));
        var u = solved.narrow(-1, 0, v.shape[3]).unbind(2);
        var w = solved.narrow(-1, v.shape[3], k.shape[3]).unbind(2);
        var queriesFromStart = (fromStart is null ? queries : queries.mul(fromStart)).unbind(2);
        var attentions = attention.unbind(2);
        var keysToEnd = (running is null ? keysAcross : keys.mul(DecaySums.Remaining(logs!, -1).exp().unsqueeze(-1)).transpose(-1, -2)).unbind(2);
        var wholeDecay = running?.narrow(-1, c - 1, 1).exp().unsqueeze(-1).unbind(2);                       // [B, HV, 1, 1] each
        var s = initialState?.to(type);
        var outputs = new List<Tensor>();
        for (var chunk = 0; chunk < n; chunk++)
        {
            var e = s is null ? u[chunk] : u[chunk].sub(w[chunk].matmul(s));
            var o = attentions[chunk].matmul(e);
            outputs.Add(s is null ? o : o.add(queriesFromStart[chunk].matmul(s)));
            if (chunk == n - 1 && !needFinalState) break;
            var written = keysToEnd[chunk].matmul(e);
            s = s is null ? written : written.add(wholeDecay is null ? s : s.mul(wholeDecay[chunk]));
        }
        return (Join(stack(outputs, 2), length), needFinalState ? s : null);
    }

    static Tensor Solve(Tensor a, Tensor right) => linalg.solve_triangular(a, right, upper: false, left: true, unitriangular: true);

    static Tensor Decayed(Tensor product, Tensor? decay) => decay is null ? product : product.mul(decay);

    static Tensor Join(Tensor chunks, long length) => chunks.flatten(2, 3).narrow(2, 0, length).transpose(1, 2);

    static Tensor Pad(Tensor x, long missing)
    {
        if (missing == 0) return x;
        var pads = new long[2 * (x.dim() - 1)];
        pads[^1] = missing;
        return nn.functional.pad(x, pads);
    }

    static Tensor Above(long c, ScalarType type, Device device) => full([c, c], double.NegativeInfinity, type, device).triu(1);

    static Tensor Group(Tensor x, Tensor v) => x.shape[2] == v.shape[2] ? x : x.repeat_interleave(v.shape[2] / x.shape[2], 2);

    static Tensor Wide(Tensor x) => x.dtype is ScalarType.Float64 or ScalarType.Float32 ? x : x.to(ScalarType.Float32);
}
