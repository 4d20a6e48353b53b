using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// The whole SwiGLU feed-forward of models of width 128 in training, W_down (silu(W_gate x) ⊙ W_up x), as one kernel forward and, in the backward pass, one kernel and the
/// products that give the weights' gradients. At such widths the hidden values are many times larger than inputs and outputs and moving them is all the time goes to; here
/// they stay on chip, and only the input is kept for the backward pass. bfloat16, Hopper.
/// </summary>
public sealed class FusedNarrowFeedForward : autograd.SingleTensorFunction<FusedNarrowFeedForward>
{
    // SLICE and STAGES of narrow_feed_forward.cu, and bytes of its stages.
    const int Slice = 32, Stages = 5, StageBytes = 2 * Stages * 3 * Slice * NarrowRows.Width;

    // Beside the stages: the tile of inputs; back, two tiles, and each warp's results of a slice.
    const int ForwardBytes = NarrowRows.TileBytes + StageBytes;
    const int BackwardBytes = 2 * (2 * NarrowRows.BlockRows * NarrowRows.Width + NarrowRows.Warps * 3 * 16 * (Slice + 8)) + StageBytes;

    // Below, too few blocks share the work.
    const long FewestRows = 4096;

    /// <inheritdoc/>
    public override string Name => "fused_narrow_feed_forward";

    /// <summary>Whether it may take this input and gradients are asked for.</summary>
    internal static bool Serves(Tensor x, Tensor gateAndUp, Tensor down) =>
        NarrowRows.Serve(x) && gateAndUp.dtype == x.dtype && FusedOperations.Recorded(x, gateAndUp, down) && down.shape[1] % Slice == 0 && FusedOperations.Rows(x) >= FewestRows
        && gateAndUp.is_contiguous() && down.is_contiguous() && FusedOperations.IsAligned(gateAndUp) && FusedOperations.IsAligned(down);

    /// <summary>x […, d], gate and up [2 F, d], down [d, F] → […, d].</summary>
    public static Tensor Apply(Tensor x, Tensor gateAndUp, Tensor down) => apply(x.contiguous(), gateAndUp, down);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, gateAndUp, down) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        ctx.save_for_backward([x, gateAndUp, down]);
        ctx.save_data("gateAndUp", GradientTarget.Keep(gateAndUp));
        ctx.save_data("down", GradientTarget.Keep(down));
        var y = empty_like(x);
        Kernel(x, "narrow_feed_forward", ForwardBytes).Launch(NarrowRows.Blocks(FusedOperations.Rows(x)), NarrowRows.Threads, x, gateAndUp, down, y, FusedOperations.Rows(x), (int)down.shape[1]);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var saved = ctx.get_saved_variables();
        var (x, gateAndUp, down) = (saved[0].flatten(0, -2), saved[1], saved[2]);
        var dy = gradient.contiguous().flatten(0, -2);
        var hidden = down.shape[1];
        var dhidden = empty([x.shape[0], 2 * hidden], x.dtype, x.device);
        var h = empty([x.shape[0], hidden], x.dtype, x.device);
        var dx = BackwardTensors.Keep(empty_like(saved[0]));
        Kernel(x, "narrow_feed_forward_backward", BackwardBytes).Launch(NarrowRows.Blocks(x.shape[0]), NarrowRows.Threads, x, dy, gateAndUp, down, dx, dhidden, h, x.shape[0], (int)hidden);
        var (dgateAndUp, ddown) = LinearIntoGradient.WeightGradients((dhidden, x, GradientTarget.From(ctx.get_data("gateAndUp"))), (dy, h, GradientTarget.From(ctx.get_data("down"))));
        gradient.Dispose();
        return [dx, dgateAndUp!, ddown!];
    }

    static KernelFunction Kernel(Tensor x, string name, int sharedBytes) => KernelLibrary.Get(x, "narrow_feed_forward", name, sharedBytes);
}
