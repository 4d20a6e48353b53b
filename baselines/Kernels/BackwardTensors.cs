using System.Collections.Concurrent;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Gradients that fused operations hand to autograd. The engine reads their native handles after the managed call has returned, so they must not be finalised
/// before; and their memory should not wait for the garbage collector either. Call <see cref="Release"/> once a backward pass has ended.
/// </summary>
public static class BackwardTensors
{
    // By the stream of the pass: autograd's thread serves all models that train side by side, each on a stream of its own, and one's end is not the others'.
    static readonly ConcurrentDictionary<(int Device, nint Stream), ConcurrentBag<Tensor>> Held = new();

    /// <summary>Gives the handles of all backward passes on this thread's current streams back; they must have ended.</summary>
    public static void Release()
    {
        foreach (var ((device, stream), tensors) in Held)
        {
            if (CudaStream.CurrentHandle(device) != stream) continue;
            while (tensors.TryTake(out var tensor)) tensor.Dispose();
        }
    }

    internal static Tensor Keep(Tensor tensor)
    {
        var device = KernelLibrary.Index(tensor.device);
        Held.GetOrAdd((device, CudaStream.CurrentHandle(device)), _ => []).Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
