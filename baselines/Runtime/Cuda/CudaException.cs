namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>A call into the CUDA driver, NVRTC or NVML that failed.</summary>
public sealed class CudaException(string message, int status) : Exception(message)
{
    /// <summary>The library's own error number.</summary>
    public int Status { get; } = status;
}
