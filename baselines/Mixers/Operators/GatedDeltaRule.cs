using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The gated delta rule, GDN (Yang, Kautz, Hatamizadeh 2025, "Gated Delta Networks: Improving Mamba2 with Delta Rule").
/// q, k <c>[B,T,H,Dk]</c>, v <c>[B,T,HV,Dv]</c> with HV a multiple of H (grouped values), β <c>[B,T,HV]</c>, g ≤ 0 <c>[B,T,HV]</c> the natural log of the decay,
/// state S <c>[B,HV,Dk,Dv]</c>; q and k as they are to be used (L2 norm is the caller's):
/// <c>P_t = e^{g_t} S_{t−1}; e_t = β_t (v_t − P_tᵀ k_t); S_t = P_t + k_t e_tᵀ; o_t = scale · S_tᵀ q_t</c>.
/// </summary>
public static class GatedDeltaRule
{
    /// <summary>Parallel form, chunks of <paramref name="chunkLength"/> tokens. <paramref name="scale"/> defaults to Dk^−½.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Chunkwise(
        Tensor q, Tensor k, Tensor v, Tensor beta, Tensor g, double? scale = null, Tensor? initialState = null, long chunkLength = 64)
    {
        OperatorShapes.Require(g, "g", -1, -1, -1);
        return DeltaRuleEngine.Chunkwise(q, k, v, beta, g, scale, initialState, chunkLength);
    }

    /// <summary>Recurrent form, token by token. <paramref name="scale"/> defaults to Dk^−½. With <paramref name="inPlace"/> a kernel may change the initial state itself.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Recurrent(Tensor q, Tensor k, Tensor v, Tensor beta, Tensor g, double? scale = null, Tensor? initialState = null, bool inPlace = false)
    {
        OperatorShapes.Require(g, "g", -1, -1, -1);
        return DeltaRuleEngine.Recurrent(q, k, v, beta, g, scale, initialState, inPlace);
    }
}
