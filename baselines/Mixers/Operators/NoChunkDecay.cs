using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>No decay: linear attention and DeltaNet.</summary>
internal sealed class NoChunkDecay : ChunkDecay
{
    public override Tensor FromStart(Tensor x) => x;

    public override Tensor FromStartExclusive(Tensor x) => x;

    public override Tensor ToEnd(Tensor x) => x;

    public override Tensor Carry(Tensor state, long index) => state;

    public override Tensor[,] Products(Tensor[] xs, Tensor[] ys, bool exclusive = false) => Each(xs, ys, (x, y) => matmul(x, y.transpose(-1, -2)));
}
