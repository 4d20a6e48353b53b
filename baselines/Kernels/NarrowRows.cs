using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>What kernels have in common that keep rows of models of width 128 on chip: constants of narrow.cuh.</summary>
internal static class NarrowRows
{
    internal const int Width = 128, BlockRows = 128, Threads = 256, Warps = Threads / 32;

    /// <summary>A block's rows, with room for results whose rows are padded: TILE.</summary>
    internal const int TileBytes = 2 * BlockRows * (Width + 8);

    // The kernels use instructions that this generation alone has.
    const int ComputeCapability = 90;

    /// <summary>Whether such kernels may take these rows.</summary>
    internal static bool Serve(Tensor x) =>
        x.shape[^1] == Width && FusedOperations.Serves(x) && x.dtype == ScalarType.BFloat16 && FusedOperations.IsAligned(x) && IsHopper(x.device);

    /// <summary>Whether a device has warpgroup products.</summary>
    internal static bool IsHopper(Device device) => CudaDeviceFacts.Of(KernelLibrary.Index(device)).ComputeCapability == ComputeCapability;

    internal static long Blocks(long rows) => (rows + BlockRows - 1) / BlockRows;
}
