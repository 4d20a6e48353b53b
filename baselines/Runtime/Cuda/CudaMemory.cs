namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>A device's memory as the driver sees it: every process and every allocator counted.</summary>
/// <param name="FreeBytes">What could still be allocated.</param>
/// <param name="TotalBytes">The device's memory.</param>
public sealed record CudaMemory(long FreeBytes, long TotalBytes)
{
    /// <summary>Bytes in use on the whole device.</summary>
    public long UsedBytes => TotalBytes - FreeBytes;

    /// <summary>Reads it now. Blocks held by libtorch's caching allocator count as used.</summary>
    public static CudaMemory Read(int device = 0)
    {
        CudaContext.MakeCurrent(device);
        CudaDriver.Check(CudaDriver.cuMemGetInfo(out var free, out var total), "Reading the free memory");
        return new((long)free, (long)total);
    }
}
