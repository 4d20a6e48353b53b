using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Gradients that fused operations hand to autograd. The engine reads their native handles after the managed call has returned, so they must not be finalised
/// before; and their memory should not wait for the garbage collector either. Call <see cref="Release"/> once a backward pass has ended.
/// </summary>
public static class BackwardTensors
{
    static readonly ConcurrentBag<Tensor> Held = [];

    /// <summary>Gives this process's handles of all finished backward passes back.</summary>
    public static void Release()
    {
        while (Held.TryTake(out var tensor)) tensor.Dispose();
    }

    internal static Tensor Keep(Tensor tensor)
    {
        Held.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
