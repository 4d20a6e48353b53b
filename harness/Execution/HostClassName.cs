using LT2.Eval.Harness.Provenance;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;

namespace LT2.Eval.Harness.Execution;

/// <summary>Coarse class of a host: times are compared within one class only.</summary>
public static class HostClassName
{
    /// <summary>GPU model, or CPU model and libtorch's thread count.</summary>
    public static string Of(ComputeDevice device)
        => device.IsCuda ? $"{CudaDeviceFacts.Of(Math.Max(device.TorchDevice.index, 0)).Name} x1" : $"{HostDescription.CpuModel()} x{TorchSharp.torch.get_num_threads()}";
}
