using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// One log decay a key channel, g <c>[B,H,N,C,Dk]</c>, with a known least value so near to 0 that a whole chunk can be factorised, <c>(x e^G)(y e^{−G})ᵀ</c>, without overflow: RWKV7, whose
/// decay is above −0.6066, so that 64 tokens stay within e^39.
/// </summary>
internal sealed class BoundedChunkDecay(Tensor g) : ChunkDecay
{
    /// <summary>Largest exponent that is allowed; float32 ends at e^88.</summary>
    public const double LargestExponent = 60;

    private readonly Tensor inclusive = DecaySums.Inclusive(g, -2);

    public override Tensor FromStart(Tensor x) => x * inclusive.exp();

    public override Tensor FromStartExclusive(Tensor x) => x * DecaySums.Exclusive(g, -2).exp();

    public override Tensor ToEnd(Tensor x) => x * DecaySums.Remaining(g, -2).exp();

    public override Tensor Carry(Tensor state, long index) => inclusive.select(2, index).select(-2, g.shape[^2] - 1).exp().unsqueeze(-1) * state;

    public override Tensor[,] Products(Tensor[] xs, Tensor[] ys, bool exclusive = false)
    {
        var undo = inclusive.neg().exp();
        var columns = ys.Select(y => (y * undo).transpose(-1, -2)).ToArray();
        Tensor[] rows = [.. xs.Select(x => exclusive ? FromStartExclusive(x) : FromStart(x))];
        return Each(rows, columns, matmul);
    }
}
