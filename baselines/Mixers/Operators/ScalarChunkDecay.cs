using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>One log decay a head and token, g <c>[B,H,N,C]</c>: RetNet, Mamba2, GDN. The pair factors form one C×C matrix, so the exponent is never split.</summary>
internal sealed class ScalarChunkDecay : ChunkDecay
{
    private readonly Tensor g, sums, fromStart, toEnd, total;

    public ScalarChunkDecay(Tensor g)
    {
        var inclusive = DecaySums.Inclusive(g, -1);
        this.g = g;
        sums = DecaySums.Pairs(g, -1);
        fromStart = inclusive.exp().unsqueeze(-1);
        toEnd = DecaySums.Remaining(g, -1).exp().unsqueeze(-1);
        total = inclusive.narrow(-1, g.size(-1) - 1, 1).exp();
    }

    public override Tensor FromStart(Tensor x) => x * fromStart;

    public override Tensor FromStartExclusive(Tensor x) => x * DecaySums.Exclusive(g, -1).exp().unsqueeze(-1);

    public override Tensor ToEnd(Tensor x) => x * toEnd;

    public override Tensor Carry(Tensor state, long index) => total.select(2, index).unsqueeze(-1) * state;

    public override Tensor[,] Products(Tensor[] xs, Tensor[] ys, bool exclusive = false)
    {
        var factors = (exclusive ? DecaySums.WithoutRow(sums, -2) : sums).exp();
        return Each(xs, ys, (x, y) => matmul(x, y.transpose(-1, -2)) * factors);
    }
}
