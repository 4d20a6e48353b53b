using static TorchSharp.torch;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>Copies from pinned host memory that do not make the host wait; TorchSharp's copies do.</summary>
internal static class PinnedCopy
{
    /// <summary>Issues a copy on the current stream. The source must be pinned and stay alive and unchanged until the device has passed this point.</summary>
    /// <param name="source">Dense, on the host.</param>
    /// <param name="target">Dense, of the same shape and type, on CUDA.</param>
    internal static void ToDevice(Tensor source, Tensor target)
    {
        if (source.NumberOfElements != target.NumberOfElements || source.dtype != target.dtype)
            throw new ArgumentException($"A copy of {source.NumberOfElements} {source.dtype} does not fit {target.NumberOfElements} {target.dtype}.", nameof(source));
        var device = Math.Max(target.device.index, 0);
        CudaContext.MakeCurrent(device);
        CudaDriver.Check(CudaDriver.cuMemcpyHtoDAsync(KernelArgument.Address(target), KernelArgument.Address(source),
            (nuint)(source.NumberOfElements * source.element_size()), CudaStream.CurrentHandle(device)), "Copying a batch to the device");
    }
}
