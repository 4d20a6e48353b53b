using TorchSharp;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// A stream for one thread alone. Threads that each use one run side by side on a GPU; on the default stream, where everybody is without one, their work waits in line, and what is
/// kept for each stream (gradients of a backward pass) would be shared.
/// </summary>
public sealed class OwnStream : IDisposable
{
    static readonly Lock Gate = new();
    static readonly HashSet<(int Device, nint Handle)> Taken = [];
    static bool linearAlgebraLoaded;

    readonly (int Device, nint Handle) taken;
    readonly IDisposable use;

    OwnStream(CudaStream stream) => (taken, use) = ((stream.DeviceIndex, stream.Handle), stream.Use());

    /// <summary>Makes such a stream this thread's until it is disposed of, on the same thread. Null on a CPU, and where libtorch exports no streams.</summary>
    /// <exception cref="ModelException">libtorch's streams (32 a device) are all taken.</exception>
    public static OwnStream? Take(ComputeDevice device)
    {
        if (!device.IsCuda || CudaStream.Problem is not null) return null;
        var index = Math.Max(device.TorchDevice.index, 0);
        lock (Gate)
        {
            LoadLinearAlgebra(device);
            for (var i = 0; i < CudaStream.PoolSize; i++)
            {
                var stream = CudaStream.FromPool(index); // each in turn
                if (Taken.Add((index, stream.Handle))) return new(stream);
            }
        }
        throw new ModelException($"More than {CudaStream.PoolSize} threads ask for a stream of their own on {device.Name}; run fewer side by side, or in processes of their own.");
    }

    // libtorch loads its CUDA linear algebra with the first solve, and two threads that get there together fail ("lazy wrapper should be called at most once").
    static void LoadLinearAlgebra(ComputeDevice device)
    {
        if (linearAlgebraLoaded) return;
        using var scope = torch.NewDisposeScope();
        torch.linalg.cholesky(torch.eye(1, device: device.TorchDevice));
        linearAlgebraLoaded = true;
    }

    /// <summary>Whether this thread's current stream is nobody else's.</summary>
    internal static bool IsUsed(int device)
    {
        lock (Gate) return Taken.Contains((device, CudaStream.CurrentHandle(device)));
    }

    /// <summary>Gives the stream back, with the one from before as this thread's.</summary>
    public void Dispose()
    {
        use.Dispose();
        lock (Gate) Taken.Remove(taken);
    }
}
