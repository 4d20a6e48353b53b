using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>Depthwise causal convolution over time with SiLU from the start of a sequence, one kernel forward and two backward.</summary>
public sealed class FusedShortConvolution : autograd.SingleTensorFunction<FusedShortConvolution>
{
    const int Run = 32, BackwardRun = 64;

    /// <inheritdoc/>
    public override string Name => "fused_short_convolution";

    internal static bool Serves(Tensor x, Tensor weight) => FusedOperations.Serves(x) && x.shape[2] % FusedOperations.Vector(x) == 0
        && x.stride(2) == 1 && x.stride(1) % FusedOperations.Vector(x) == 0 && x.stride(0) == x.stride(1) * x.shape[1] && x.storage_offset() % FusedOperations.Vector(x) == 0
        && weight.shape[2] <= 8 && x.shape[0] <= 65535;

    /// <summary>silu(convolution) of x [B, L, C] (may be the first columns of something wider) with weight [C, 1, K].</summary>
    public static Tensor Apply(Tensor x, Tensor weight) => FusedOperations.Recorded(x, weight) ? apply(x, weight) : Forward(x, weight);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_for_backward([(Tensor)vars[0], (Tensor)vars[1]]);
        return Forward((Tensor)vars[0], (Tensor)vars[1]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, weight) = (saved[0], saved[1]);
        var (batch, length, channels, kernel) = (x.shape[0], x.shape[1], x.shape[2], weight.shape[2]);
        using var dy = gradient.contiguous();
        var dx = BackwardTensors.Keep(empty([batch, length, channels], x.dtype, x.device));
        var dweight = BackwardTensors.Keep(empty_like(weight));
        var runs = (length + BackwardRun - 1) / BackwardRun;
        var partial = empty([batch * runs, channels * kernel], ScalarType.Float32, x.device);
        KernelLibrary.Get(x, "short_convolution", "short_convolution_backward", ("KERNEL", kernel), ("SILU", 1))
            .Launch((Blocks(x, runs), batch), 128, x, weight, dy, dx, partial, length, channels, x.stride(1), runs);
        ColumnSum.Launch(partial, dweight, batch * runs, channels * kernel);
        gradient.Dispose();
        return [dx, dweight];
    }

    static Tensor Forward(Tensor x, Tensor weight)
    {
        var (batch, length, channels) = (x.shape[0], x.shape[1], x.shape[2]);
        var y = empty([batch, length, channels], x.dtype, x.device);
        KernelLibrary.Get(x, "short_convolution", "short_convolution_forward", ("KERNEL", weight.shape[2]), ("SILU", 1))
            .Launch((Blocks(x, (length + Run - 1) / Run), batch), 128, x, weight, y, length, channels, x.stride(1));
        return y;
    }

    static long Blocks(Tensor x, long runs) => (x.shape[2] / FusedOperations.Vector(x) * runs + 127) / 128;
}
