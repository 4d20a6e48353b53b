using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>x / √(Σ x² + ε) over the last axis of heads [B, L, H, D], which may be a slice of something wider; one kernel each way.</summary>
public sealed class FusedL2Norm : autograd.SingleTensorFunction<FusedL2Norm>
{
    /// <inheritdoc/>
    public override string Name => "fused_l2_norm";

    internal static bool Serves(Tensor x) => FusedOperations.Serves(x) && x.dim() == 4 && x.shape[3] % FusedOperations.Vector(x) == 0 && x.shape[3] <= 1024
        && x.stride(3) == 1 && x.stride(2) == x.shape[3] && FusedOperations.TokensFollow(x)
        && x.storage_offset() % FusedOperations.Vector(x) == 0;

    /// <summary>[B, L, H, D] → the same, dense.</summary>
    public static Tensor Apply(Tensor x, double epsilon) => FusedOperations.Recorded(x) ? apply(x, epsilon) : Run(x, epsilon).Y;

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (y, inverse) = Run((Tensor)vars[0], (double)vars[1]);
        ctx.save_for_backward([(Tensor)vars[0], inverse]);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var x = saved[0];
        using var dy = gradient.contiguous();
        var dx = BackwardTensors.Keep(Backward(x, saved[1], dy));
        gradient.Dispose();
        return [dx, null!];
    }

    /// <summary>dx, dense.</summary>
    internal static Tensor Backward(Tensor x, Tensor inverse, Tensor dy)
    {
        var dx = empty(x.shape, x.dtype, x.device);
        KernelLibrary.Get(x, "rms_norm", "l2_norm_backward", ("WIDTH", x.shape[3]))
            .Launch(Blocks(x), 256, x, inverse, dy, dx, FusedOperations.Rows(x), (int)x.shape[2], FusedOperations.TokenStride(x));
        return dx;
    }

    internal static (Tensor Y, Tensor Inverse) Run(Tensor x, double epsilon)
    {
        var y = empty(x.shape, x.dtype, x.device);
        var inverse = empty([FusedOperations.Rows(x)], ScalarType.Float32, x.device);
        KernelLibrary.Get(x, "rms_norm", "l2_norm_forward", ("WIDTH", x.shape[3]))
            .Launch(Blocks(x), 256, x, y, inverse, FusedOperations.Rows(x), (int)x.shape[2], FusedOperations.TokenStride(x), (float)epsilon);
        return (y, inverse);
    }

    static long Blocks(Tensor x)
    {
        var rows = 256 / FusedRmsNorm.Group(x.shape[3], FusedOperations.Vector(x));
        return (FusedOperations.Rows(x) + rows - 1) / rows;
    }
}
