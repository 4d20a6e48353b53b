using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>Depthwise causal convolution over time with SiLU from the start of a sequence, one kernel forward and two backward.</summary>
public sealed class FusedShortConvolution : autograd.SingleTensorFunction<FusedShortConvolution>
{
    // BLOCK_TOKENS, ROW_QUADS and THREADS of short_convolution.cu.
    const int BlockTokens = 64, RowQuads = 16, Threads = 128;

    /// <inheritdoc/>
    public override string Name => "fused_short_convolution";

    internal static bool Serves(Tensor x, Tensor weight) => FusedOperations.Serves(x) && x.shape[2] % FusedOperations.Vector(x) == 0
        && x.stride(2) == 1 && FusedOperations.TokensFollow(x) && x.storage_offset() % FusedOperations.Vector(x) == 0
        && weight.shape[2] <= 8 && x.shape[0] <= 65535;

    /// <summary>silu(convolution) of x [B, L, C] (may be the first columns of something wider) with weight [C, 1, K].</summary>
    public static Tensor Apply(Tensor x, Tensor weight) => FusedOperations.Recorded(x, weight) ? apply(x, weight) : Forward(x, weight);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_for_backward([(Tensor)vars[0], (Tensor)vars[1]]);
        ctx.save_data("target", GradientTarget.Keep((Tensor)vars[1]));
        return Forward((Tensor)vars[0], (Tensor)vars[1]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, weight) = (saved[0], saved[1]);
        using var dy = gradient.contiguous();
        var dx = BackwardTensors.Keep(empty([x.shape[0], x.shape[1], x.shape[2]], x.dtype, x.device));
        var dweight = Backward(x, weight, dy, null, dx, GradientTarget.From(ctx.get_data("target")));
        gradient.Dispose();
        return [dx, dweight!];
    }

    /// <summary>Writes dx, whose rows may be the first columns of wider ones, and gives the weight's gradient where there is no target.</summary>
    /// <param name="x">As in the forward pass.</param>
    /// <param name="weight">[C, 1, K].</param>
    /// <param name="dy">Gradient of all channels, or of the first ones.</param>
    /// <param name="rest">Gradient of the other channels; both dense.</param>
    /// <param name="dx">[B, L, ≥ C].</param>
    /// <param name="target">Where the weight's gradient is added, or null.</param>
    internal static Tensor? Backward(Tensor x, Tensor weight, Tensor dy, Tensor? rest, Tensor dx, GradientTarget? target)
    {
        var (batch, length, channels, kernel) = (x.shape[0], x.shape[1], weight.shape[0], weight.shape[2]);
        var (quadBlocks, tokenBlocks) = Blocks(length, channels);
        var partial = empty([batch * tokenBlocks, channels * kernel], ScalarType.Float32, x.device);
        Kernel(x, weight, "short_convolution_backward").Launch((quadBlocks * tokenBlocks, batch), Threads, x, weight, dy, rest, dx, partial, (int)length, (int)channels,
            (int)(rest is null ? channels : channels - rest.NumberOfElements / (batch * length)), FusedOperations.TokenStride(x), FusedOperations.TokenStride(dx), (int)quadBlocks, (int)tokenBlocks);
        return ColumnSum.Gradient(partial, weight, target, batch * tokenBlocks);
    }

    /// <summary>The convolution of the first C columns of x, dense.</summary>
    internal static Tensor Forward(Tensor x, Tensor weight)
    {
        var (batch, length, channels) = (x.shape[0], x.shape[1], weight.shape[0]);
        var y = empty([batch, length, channels], x.dtype, x.device);
        var (quadBlocks, tokenBlocks) = Blocks(length, channels);
        Kernel(x, weight, "short_convolution_forward").Launch((quadBlocks * tokenBlocks, batch), Threads, x, weight, y, (int)length, (int)channels, FusedOperations.TokenStride(x), (int)quadBlocks);
        return y;
    }

    static KernelFunction Kernel(Tensor x, Tensor weight, string name) => KernelLibrary.Get(x, "short_convolution", name, ("KERNEL", weight.shape[2]), ("SILU", 1));

    static (long Quads, long Tokens) Blocks(long length, long channels) =>
        ((channels / 4 + RowQuads - 1) / RowQuads, (length + BlockTokens - 1) / BlockTokens);
}
