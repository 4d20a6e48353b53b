using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Kimi delta attention, KDA (Kimi Team 2025, "Kimi Linear"): the gated delta rule with one decay for each key channel, decay first, erase second.
/// q, k <c>[B,T,H,Dk]</c>, v <c>[B,T,HV,Dv]</c>, β <c>[B,T,HV]</c>, g ≤ 0 <c>[B,T,HV,Dk]</c>, state S <c>[B,HV,Dk,Dv]</c>:
/// <c>P_t = diag(e^{g_t}) S_{t−1}; e_t = β_t (v_t − P_tᵀ k_t); S_t = P_t + k_t e_tᵀ; o_t = scale · S_tᵀ q_t</c>.
/// </summary>
public static class KimiDeltaRule
{
    /// <summary>Parallel form, chunks of <paramref name="chunkLength"/> tokens. <paramref name="scale"/> defaults to Dk^−½.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Chunkwise(
        Tensor q, Tensor k, Tensor v, Tensor beta, Tensor g, double? scale = null, Tensor? initialState = null, long chunkLength = 64)
    {
        OperatorShapes.Require(g, "g", -1, -1, -1, -1);
        return DeltaRuleEngine.Chunkwise(q, k, v, beta, g, scale, initialState, chunkLength);
    }

    /// <summary>Recurrent form, token by token. <paramref name="scale"/> defaults to Dk^−½. With <paramref name="inPlace"/> a kernel may change the initial state itself.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Recurrent(Tensor q, Tensor k, Tensor v, Tensor beta, Tensor g, double? scale = null, Tensor? initialState = null, bool inPlace = false)
    {
        OperatorShapes.Require(g, "g", -1, -1, -1, -1);
        return DeltaRuleEngine.Recurrent(q, k, v, beta, g, scale, initialState, inPlace);
    }
}
