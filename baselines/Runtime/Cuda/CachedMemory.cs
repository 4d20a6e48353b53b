using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>Memory that libtorch keeps for later allocations. Outside a capture it gives it back by itself before an allocation fails, inside one it cannot.</summary>
internal static class CachedMemory
{
    /// <summary>Gives what is kept and unused back to the driver, on the whole device.</summary>
    internal static void GiveBack(ComputeDevice device)
    {
        // Neither TorchSharp nor libtorch's binary interface offers it; asking for more than there is does it on the way to failing.
        var tooMuch = CudaMemory.Read(Math.Max(device.TorchDevice.index, 0)).TotalBytes + 1;
        lock (CudaGraph.CaptureGate)
        {
            try
            {
                using var never = empty(tooMuch, ScalarType.Byte, device.TorchDevice);
            }
            catch (ExternalException error) when (OutOfMemory.Is(error))
            {
                // As expected.
            }
        }
    }
}
