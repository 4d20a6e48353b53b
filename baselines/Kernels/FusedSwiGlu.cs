using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>silu(gate) ⊙ up from packed rows [gate | up], one kernel each way; the gradient comes out packed, without copies of halves.</summary>
public sealed class FusedSwiGlu : autograd.SingleTensorFunction<FusedSwiGlu>
{
    /// <inheritdoc/>
    public override string Name => "fused_swiglu";

    internal static bool Serves(Tensor both) => FusedOperations.Serves(both) && both.shape[^1] % (2 * FusedOperations.Vector(both)) == 0;

    /// <summary>[…, 2F] → […, F].</summary>
    public static Tensor Apply(Tensor both)
    {
        both = both.contiguous();
        return FusedOperations.Recorded(both) ? apply(both) : Run(both);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_for_backward([(Tensor)vars[0]]);
        return Run((Tensor)vars[0]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var both = ctx.get_saved_variables()[0];
        using var dh = gradient.contiguous();
        var dboth = BackwardTensors.Keep(empty_like(both));
        var (rows, inner) = (FusedOperations.Rows(both), both.shape[^1] / 2);
        KernelLibrary.Get(both, "swiglu", "swiglu_backward").Launch(Blocks(both, rows, inner), 256, both, dh, dboth, rows, inner);
        gradient.Dispose();
        return [dboth];
    }

    static Tensor Run(Tensor both)
    {
        var (rows, inner) = (FusedOperations.Rows(both), both.shape[^1] / 2);
        var h = empty([.. both.shape[..^1], inner], both.dtype, both.device);
        KernelLibrary.Get(both, "swiglu", "swiglu_forward").Launch(Blocks(both, rows, inner), 256, both, h, rows, inner);
        return h;
    }

    static long Blocks(Tensor both, long rows, long inner) => Math.Min(65536, (rows * inner / FusedOperations.Vector(both) + 255) / 256);
}
