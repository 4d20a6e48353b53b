using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Gated linear attention, GLA (Yang et al. 2024, "Gated Linear Attention Transformers with Hardware-Efficient Training"); HGRN2 runs on the same recurrence.
/// q, k <c>[B,T,H,Dk]</c>, v <c>[B,T,H,Dv]</c>, g ≤ 0 <c>[B,T,H,Dk]</c> natural log of the decay, S <c>[B,H,Dk,Dv]</c>:
/// <c>S_t = diag(e^{g_t}) S_{t−1} + k_t v_tᵀ; o_t = scale · S_tᵀ q_t</c>.
/// </summary>
public static class GatedLinearAttention
{
    /// <summary>Parallel form, chunks of <paramref name="chunkLength"/> tokens. <paramref name="scale"/> defaults to Dk^−½.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Chunkwise(Tensor q, Tensor k, Tensor v, Tensor g, double? scale = null, Tensor? initialState = null, long chunkLength = 64)
    {
        OperatorShapes.Require(g, "g", -1, -1, -1, -1);
        return LinearRecurrence.Chunkwise(q, k, v, g, scale, initialState, chunkLength);
    }

    /// <summary>Recurrent form, token by token. <paramref name="scale"/> defaults to Dk^−½. With <paramref name="inPlace"/> a kernel may change the initial state itself.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Recurrent(Tensor q, Tensor k, Tensor v, Tensor g, double? scale = null, Tensor? initialState = null, bool inPlace = false)
    {
        OperatorShapes.Require(g, "g", -1, -1, -1, -1);
        return LinearRecurrence.Recurrent(q, k, v, g, scale, initialState, inPlace);
    }
}
