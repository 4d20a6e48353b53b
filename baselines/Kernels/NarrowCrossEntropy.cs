using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// The part of <see cref="FusedCrossEntropy"/> that touches logits, as one kernel for models of width 128, at which writing and reading logits costs more than computing
/// them twice: losses, the gradient of the hidden states, and the gradients of the logits, of which the head's gradient is a product. bfloat16, Hopper.
/// </summary>
internal static class NarrowCrossEntropy
{
    // SLICE and STAGES of cross_entropy_narrow.cu; it runs through two slices at a time.
    const int Slice = 64, Stages = 5, SharedBytes = NarrowRows.TileBytes + 2 * (Stages * Slice * NarrowRows.Width + NarrowRows.Warps * 16 * (Slice + 8));

    // Below, too few blocks share the work.
    const long FewestRows = 8192;

    /// <summary>Whether it may take <paramref name="rows"/> rows at a time.</summary>
    internal static bool Serves(Tensor hidden, Tensor head, long rows) =>
        NarrowRows.Serve(hidden) && rows >= FewestRows && head.shape[0] % (2 * Slice) == 0 && head.is_contiguous() && FusedOperations.IsAligned(head);

    /// <summary>Writes losses and, where there are tensors for them, gradients scaled by the second of <paramref name="counts"/>.</summary>
    /// <param name="hidden">[n, 128].</param>
    /// <param name="head">[V, 128].</param>
    /// <param name="labels">[n] int64.</param>
    /// <param name="counts">How many labels count, and one over it; float32.</param>
    /// <param name="losses">[n] float32.</param>
    /// <param name="dhidden">[n, 128], or null.</param>
    /// <param name="dlogits">[n, V], or null.</param>
    /// <param name="ignored">A label that does not count.</param>
    internal static void Launch(Tensor hidden, Tensor head, Tensor labels, Tensor counts, Tensor losses, Tensor? dhidden, Tensor? dlogits, long ignored) =>
        KernelLibrary.Get(hidden, "cross_entropy_narrow", "cross_entropy_narrow", SharedBytes).Launch(NarrowRows.Blocks(hidden.shape[0]), NarrowRows.Threads,
            hidden, head, labels, counts, losses, dhidden, dlogits, hidden.shape[0], (int)head.shape[0], ignored, dhidden is null ? 0 : 1);
}
