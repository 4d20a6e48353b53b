using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Linear attention (Katharopoulos et al. 2020, "Transformers are RNNs"). q, k <c>[B,T,H,Dk]</c> after the feature map, v <c>[B,T,H,Dv]</c>,
/// S <c>[B,H,Dk,Dv]</c>, z <c>[B,H,Dk]</c>: <c>S_t = S_{t−1} + k_t v_tᵀ; o_t = scale · S_tᵀ q_t</c>; normalised:
/// <c>z_t = z_{t−1} + k_t; o_t ← o_t / (scale · q_tᵀ z_t + ε)</c>, sensible only for a feature map that is nowhere negative.
/// </summary>
public static class LinearAttention
{
    /// <summary>ε of the normaliser, as in flash-linear-attention.</summary>
    public const double NormaliserEpsilon = 1e-10;

    /// <summary>Parallel form, chunks of <paramref name="chunkLength"/> tokens. <paramref name="scale"/> defaults to Dk^−½.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Chunkwise(Tensor q, Tensor k, Tensor v, double? scale = null, Tensor? initialState = null, long chunkLength = 64)
        => LinearRecurrence.Chunkwise(q, k, v, null, scale, initialState, chunkLength);

    /// <summary>Recurrent form, token by token. <paramref name="scale"/> defaults to Dk^−½. With <paramref name="inPlace"/> a kernel may change the initial state itself.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Recurrent(Tensor q, Tensor k, Tensor v, double? scale = null, Tensor? initialState = null, bool inPlace = false)
        => LinearRecurrence.Recurrent(q, k, v, null, scale, initialState, inPlace);

    /// <summary>Divides the read-outs of either form by the running normaliser.</summary>
    /// <param name="result">What <see cref="Chunkwise"/> or <see cref="Recurrent"/> returned for the same q, k, scale.</param>
    /// <param name="q">Queries <c>[B,T,H,Dk]</c>.</param>
    /// <param name="k">Keys <c>[B,T,H,Dk]</c>.</param>
    /// <param name="scale">Defaults to Dk^−½.</param>
    /// <param name="initialKeySum">z before the first token, <c>[B,H,Dk]</c>; absent is zero.</param>
    /// <param name="epsilon">Added to the normaliser.</param>
    public static NormalisedOutput Normalise(
        RecurrentOutput result, Tensor q, Tensor k, double? scale = null, Tensor? initialKeySum = null, double epsilon = NormaliserEpsilon)
    {
        using var scope = NewDisposeScope();
        var dtype = WorkingPrecision.Of(k.dtype);
        var heads = result.Output.shape[2];
        var z0 = WorkingPrecision.StateOrZeros(initialKeySum, dtype, k.device, k.shape[0], heads, k.shape[3]);
        var z = z0.unsqueeze(1) + HeadGroups.Repeat(k, heads).to_type(dtype).cumsum(1);
        var normaliser = (HeadGroups.Repeat(q, heads).to_type(dtype) * (scale ?? Math.Pow(k.shape[3], -0.5)) * z).sum(-1, keepdim: true) + epsilon;
        var o = (result.Output.to_type(dtype) / normaliser).to_type(result.Output.dtype);
        var last = z.select(1, z.shape[1] - 1).contiguous();
        return new NormalisedOutput(o.MoveToOuterDisposeScope(), result.FinalState, last.MoveToOuterDisposeScope());
    }
}
