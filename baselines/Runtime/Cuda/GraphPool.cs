using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// Memory that several graphs share: what one frees during its capture, the next may use. Tensors that outlive a capture (outputs) keep their memory to themselves,
/// so graphs of one pool may be replayed in any order, one at a time.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct GraphPool
{
    internal readonly ulong First, Second;

    /// <summary>A pool of its own for each graph.</summary>
    public static GraphPool None => default;

    /// <summary>A new shared pool, or <see cref="None"/> where libtorch does not export it.</summary>
    public static unsafe GraphPool Create() => TorchCudaExports.Loaded.GraphPoolHandle is null ? None : TorchCudaExports.Loaded.GraphPoolHandle();
}
