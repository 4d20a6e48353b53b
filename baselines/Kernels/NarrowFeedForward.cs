using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// The kernels of a whole SwiGLU feed-forward for models of width 128 in training, W_down (silu(W_gate x) ⊙ W_up x): one forward, two back. At such widths the hidden values
/// are many times larger than inputs and outputs and moving them is all the time goes to; here they stay on chip in both directions, and only the input is kept.
/// bfloat16, Hopper.
/// </summary>
internal static class NarrowFeedForward
{
    // SLICE and STAGES of narrow_feed_forward.cu; its shared memory holds the tile of inputs and the stages.
    const int Slice = 32, Stages = 8, ForwardBytes = NarrowRows.TileBytes + 2 * Stages * 3 * Slice * NarrowRows.Width;

    // SLICE of narrow_feed_forward_backward.cu; its shared memory holds the slice's weights, two pairs of tiles, and the slice's results.
    const int BackwardSlice = 64, BackwardBytes = 2 * (3 * BackwardSlice * NarrowRows.Width + 4 * NarrowRows.BlockRows * NarrowRows.Width + 3 * NarrowRows.BlockRows * BackwardSlice);

    // With fewer rows too few blocks share the work; with more hidden columns too many parts of the input's gradient are to be added up.
    const long FewestRows = 4096, MostHidden = 1024;

    /// <summary>Whether it may take this input and gradients are asked for.</summary>
    internal static bool Serves(Tensor x, Tensor gateAndUp, Tensor down) =>
        NarrowRows.Serve(x) && gateAndUp.dtype == x.dtype && FusedOperations.Recorded(x, gateAndUp, down) && down.shape[1] % BackwardSlice == 0 && down.shape[1] <= MostHidden
        && FusedOperations.Rows(x) >= FewestRows && gateAndUp.is_contiguous() && down.is_contiguous() && FusedOperations.IsAligned(gateAndUp) && FusedOperations.IsAligned(down);

    /// <summary>[…, d], gate and up [2 F, d], down [d, F] → […, d].</summary>
    internal static Tensor Forward(Tensor x, Tensor gateAndUp, Tensor down)
    {
        var y = empty_like(x);
        KernelLibrary.Get(x, "narrow_feed_forward", "narrow_feed_forward", ForwardBytes)
            .Launch(NarrowRows.Blocks(FusedOperations.Rows(x)), NarrowRows.Threads, x, gateAndUp, down, y, FusedOperations.Rows(x), (int)down.shape[1]);
        return y;
    }

    /// <summary>Gradients of the weights, null where they were added to a target, and of the input in parts.</summary>
    /// <param name="DxParts">[parts, …, d]: their sum over the first axis is the gradient.</param>
    /// <param name="DgateAndUp">[2 F, d], or null.</param>
    /// <param name="Ddown">[d, F], or null.</param>
    internal sealed record Gradients(Tensor DxParts, Tensor? DgateAndUp, Tensor? Ddown);

    internal static Gradients Backward(Tensor x, Tensor dy, (Tensor Weight, GradientTarget? Target) gateAndUp, (Tensor Weight, GradientTarget? Target) down)
    {
        var (rows, hidden) = (FusedOperations.Rows(x), (int)down.Weight.shape[1]);
        var slices = hidden / BackwardSlice;
        var groups = (int)Math.Clamp(CudaDeviceFacts.Of(KernelLibrary.Index(x.device)).MultiprocessorCount / slices, 1, NarrowRows.Blocks(rows));
        var dxParts = empty([slices, .. x.shape], x.dtype, x.device);
        var parts = empty([groups, 3 * hidden * NarrowRows.Width], ScalarType.Float32, x.device);
        KernelLibrary.Get(x, "narrow_feed_forward_backward", "narrow_feed_forward_backward", BackwardBytes)
            .Launch(slices * groups, NarrowRows.Threads, x, dy, gateAndUp.Weight, down.Weight, dxParts, parts, rows, hidden, groups);
        var (intoBoth, ownBoth) = Into(gateAndUp);
        var (intoDown, ownDown) = Into(down);
        var (addBoth, addDown) = (ownBoth is null ? 1 : 0, ownDown is null ? 1 : 0);
        void Sum(Tensor[] read) => KernelLibrary.Get(read[1], "narrow_feed_forward_backward", "narrow_feed_forward_weights")
            .Launch(3 * hidden * NarrowRows.Width / 4 / NarrowRows.Threads, NarrowRows.Threads, read[0], read[1], read[2], hidden, groups, addBoth, addDown);
        if (ownBoth is null && ownDown is null) BackwardBranch.Run(x.device, [parts, intoBoth, intoDown], Sum);
        else Sum([parts, intoBoth, intoDown]);              // the pass reads what is handed to it
        gateAndUp.Target?.Gradient.Dispose();
        down.Target?.Gradient.Dispose();
        return new(dxParts, ownBoth, ownDown);
    }

    // Where a weight's gradient goes, and the same again where that is a tensor of its own.
    static (Tensor Into, Tensor? Own) Into((Tensor Weight, GradientTarget? Target) weight)
    {
        if (weight.Target is { } target) return (target.Gradient, null);
        var own = BackwardTensors.Keep(empty_like(weight.Weight));
        return (own, own);
    }
}
