using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// A weight's gradient dyᵀ x where one side is at most 128 wide and rows are many: a library would have too few blocks to read the operands at full speed. bfloat16, Hopper.
/// </summary>
internal static class NarrowWeightGradient
{
    // SIDE, THREADS, DEPTH and STAGES of weight_gradient.cu.
    const int Side = 128, Threads = 256, Depth = 64, Stages = 5, SharedBytes = 2 * Stages * 2 * Depth * Side;

    // With fewer tiles adding up the parts costs more than is gained.
    const long FewestTiles = 8, FewestRows = 4096;

    /// <summary>One product.</summary>
    /// <param name="Dy">[rows, N].</param>
    /// <param name="X">[rows, K].</param>
    /// <param name="Into">[N, K], written, or added to.</param>
    /// <param name="Adds">Which of both.</param>
    internal readonly record struct Product(Tensor Dy, Tensor X, Tensor Into, bool Adds)
    {
        internal long Outputs => Dy.shape[1];

        internal long Inputs => X.shape[1];

        internal long Tiles => (Outputs + Side - 1) / Side * ((Inputs + Side - 1) / Side);

        internal bool Fits => Math.Min(Outputs, Inputs) <= Side && Outputs % 8 == 0 && Inputs % 8 == 0 && Dy.dtype == ScalarType.BFloat16 && X.dtype == ScalarType.BFloat16
            && Dy.is_contiguous() && X.is_contiguous() && Into.is_contiguous() && FusedOperations.IsAligned(Dy) && FusedOperations.IsAligned(X) && FusedOperations.IsAligned(Into);
    }

    /// <summary>Whether it may take this product.</summary>
    internal static bool Serves(Product product) => FusedOperations.Serves(product.X) && product.Fits && product.Dy.shape[0] >= FewestRows && product.Tiles >= FewestTiles
        && NarrowRows.IsHopper(product.X.device) && product.Tiles <= Multiprocessors(product.X) / 2;

    /// <summary>Runs it.</summary>
    internal static void Run(Product product)
    {
        using var scope = NewDisposeScope();
        var (rows, tiles) = (product.Dy.shape[0], product.Tiles);
        var splits = Math.Min(Multiprocessors(product.X) / tiles, (rows + Depth - 1) / Depth);
        var parts = empty([splits * tiles, Side, Side], ScalarType.Float32, product.X.device);
        var (outputs, inputs) = ((int)product.Outputs, (int)product.Inputs);
        Kernel(product.X, "weight_gradient_parts", SharedBytes).Launch(splits * tiles, Threads, product.Dy, product.X, outputs, inputs, parts, rows, (int)tiles, (int)splits);
        void Sum(Tensor[] read) => Kernel(read[1], "weight_gradient_sum", 0)
            .Launch(tiles * (Side * Side / 4 / Threads), Threads, read[0], read[1], outputs, inputs, product.Adds ? 1 : 0, (int)tiles, (int)splits);
        if (product.Adds) BackwardBranch.Run(product.X.device, [parts, product.Into], Sum);
        else Sum([parts, product.Into]);                    // the pass reads what is handed to it

        static KernelFunction Kernel(Tensor like, string name, int sharedBytes) => KernelLibrary.Get(like, "weight_gradient", name, sharedBytes);
    }

    static int Multiprocessors(Tensor x) => CudaDeviceFacts.Of(KernelLibrary.Index(x.device)).MultiprocessorCount;
}
