using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The delta rule without decay, DeltaNet (Schlag et al. 2021; Yang et al. 2024, "Parallelizing Linear Transformers with the Delta Rule over Sequence Length").
/// q, k <c>[B,T,H,Dk]</c>, v <c>[B,T,HV,Dv]</c>, β <c>[B,T,HV]</c>, state S <c>[B,HV,Dk,Dv]</c>; q and k as they are to be used (L2 norm is the caller's):
/// <c>e_t = β_t (v_t − S_{t−1}ᵀ k_t); S_t = S_{t−1} + k_t e_tᵀ; o_t = scale · S_tᵀ q_t</c>. Stable while β‖k‖² ≤ 2.
/// </summary>
public static class DeltaRule
{
    /// <summary>Parallel form, chunks of <paramref name="chunkLength"/> tokens. <paramref name="scale"/> defaults to Dk^−½.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Chunkwise(Tensor q, Tensor k, Tensor v, Tensor beta, double? scale = null, Tensor? initialState = null, long chunkLength = 64)
        => DeltaRuleEngine.Chunkwise(q, k, v, beta, null, scale, initialState, chunkLength);

    /// <summary>Recurrent form, token by token. <paramref name="scale"/> defaults to Dk^−½. With <paramref name="inPlace"/> a kernel may change the initial state itself.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Recurrent(Tensor q, Tensor k, Tensor v, Tensor beta, double? scale = null, Tensor? initialState = null, bool inPlace = false)
        => DeltaRuleEngine.Recurrent(q, k, v, beta, null, scale, initialState, inPlace);
}
