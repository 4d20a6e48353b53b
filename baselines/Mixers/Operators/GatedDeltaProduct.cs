using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Gated DeltaProduct (Siems et al. 2025, "DeltaProduct: Improving State-Tracking in Linear RNNs via Householder Products"): n delta-rule writes a token, one decay
/// before the first and one read after the last. q <c>[B,T,H,Dk]</c>; k <c>[B,T·n,H,Dk]</c>, v <c>[B,T·n,HV,Dv]</c>, β <c>[B,T·n,HV]</c> with the n writes of a token
/// next to each other; g absent or <c>[B,T,HV]</c>; S <c>[B,HV,Dk,Dv]</c>.
/// It is the gated delta rule on a sequence of n·T writes: the decay acts at the first write of a token, the read at its last.
/// </summary>
public static class GatedDeltaProduct
{
    /// <summary>Parallel form, chunks of <paramref name="chunkLength"/> writes. <paramref name="scale"/> defaults to Dk^−½.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Chunkwise(
        Tensor q, Tensor k, Tensor v, Tensor beta, Tensor? g, int writesPerToken, double? scale = null, Tensor? initialState = null, long chunkLength = 64)
        => Run(q, g, writesPerToken, (Q, G) => DeltaRuleEngine.Chunkwise(Q, k, v, beta, G, scale, initialState, chunkLength));

    /// <summary>Recurrent form, write by write. <paramref name="scale"/> defaults to Dk^−½. With <paramref name="inPlace"/> a kernel may change the initial state itself.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Recurrent(
        Tensor q, Tensor k, Tensor v, Tensor beta, Tensor? g, int writesPerToken, double? scale = null, Tensor? initialState = null, bool inPlace = false)
        => Run(q, g, writesPerToken, (Q, G) => DeltaRuleEngine.Recurrent(Q, k, v, beta, G, scale, initialState, inPlace));

    private static RecurrentOutput Run(Tensor q, Tensor? g, int writesPerToken, Func<Tensor, Tensor?, RecurrentOutput> rule)
    {
        using var scope = NewDisposeScope();
        ArgumentOutOfRangeException.ThrowIfLessThan(writesPerToken, 1);
        OperatorShapes.Require(q, "q", -1, -1, -1, -1);
        if (g is not null)
        {
            OperatorShapes.Require(g, "g", q.shape[0], q.shape[1], -1);
        }
        var result = rule(Spread(q, writesPerToken, last: true), g is null ? null : Spread(g, writesPerToken, last: false));
        var s = result.Output.shape;
        var o = result.Output.reshape(s[0], s[1] / writesPerToken, writesPerToken, s[2], s[3]).select(2, writesPerToken - 1).contiguous();
        return new RecurrentOutput(o.MoveToOuterDisposeScope(), result.FinalState.MoveToOuterDisposeScope());
    }

    /// <summary><c>[B,T,…]</c> to <c>[B,T·n,…]</c> with each row at the last (or first) place of its n and zeros elsewhere.</summary>
    private static Tensor Spread(Tensor x, int n, bool last)
    {
        if (n == 1)
        {
            return x;
        }
        var one = x.unsqueeze(2);
        long[] shape = [x.shape[0], x.shape[1], n - 1, .. x.shape[2..]];
        var rest = zeros(shape, dtype: x.dtype, device: x.device);
        return cat(last ? [rest, one] : [one, rest], 2).reshape([x.shape[0], x.shape[1] * n, .. x.shape[2..]]);
    }
}
