using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// Streams and graphs as libtorch's C++ interface exports them; TorchSharp offers neither. The names belong to libtorch's binary interface, so each is looked up,
/// and <see cref="Missing"/> says which are absent. A C++ exception that crossed into .NET would end the process: callers check before they call.
/// </summary>
internal sealed unsafe class TorchCudaExports
{
    static readonly Lazy<TorchCudaExports> Instance = new(() => new TorchCudaExports());

    internal static TorchCudaExports Loaded => Instance.Value;

    readonly List<string> missing = [];

    internal readonly delegate* unmanaged<byte, sbyte, TorchStream> GetStreamFromPool;
    internal readonly delegate* unmanaged<sbyte, TorchStream> GetDefaultStream;
    internal readonly delegate* unmanaged<sbyte, TorchStream> GetCurrentStream;
    internal readonly delegate* unmanaged<TorchStream, void> SetCurrentStream;
    internal readonly delegate* unmanaged<TorchStream*, nint> StreamHandle;
    internal readonly delegate* unmanaged<void*, byte, void> GraphConstruct;
    internal readonly delegate* unmanaged<void*, ulong, ulong, int, void> GraphCaptureBegin;
    internal readonly delegate* unmanaged<void*, void> GraphCaptureEnd;
    internal readonly delegate* unmanaged<void*, void> GraphReplay;
    internal readonly delegate* unmanaged<void*, void> GraphDestruct;
    internal readonly delegate* unmanaged<GraphPoolHandle> GraphPoolHandle;

    TorchCudaExports()
    {
        if (!NativeLibrary.TryLoad("libc10_cuda.so", out var c10) || !NativeLibrary.TryLoad("libtorch_cuda.so", out var torch))
        {
            missing.Add("libc10_cuda.so and libtorch_cuda.so (this libtorch has no CUDA)");
            return;
        }
        GetStreamFromPool = (delegate* unmanaged<byte, sbyte, TorchStream>)Find(c10, "_ZN3c104cuda17getStreamFromPoolEba");
        GetDefaultStream = (delegate* unmanaged<sbyte, TorchStream>)Find(c10, "_ZN3c104cuda20getDefaultCUDAStreamEa");
        GetCurrentStream = (delegate* unmanaged<sbyte, TorchStream>)Find(c10, "_ZN3c104cuda20getCurrentCUDAStreamEa");
        SetCurrentStream = (delegate* unmanaged<TorchStream, void>)Find(c10, "_ZN3c104cuda20setCurrentCUDAStreamENS0_10CUDAStreamE");
        StreamHandle = (delegate* unmanaged<TorchStream*, nint>)Find(c10, "_ZNK3c104cuda10CUDAStream6streamEv");
        GraphConstruct = (delegate* unmanaged<void*, byte, void>)Find(torch, "_ZN2at4cuda9CUDAGraphC1Eb");
        GraphCaptureBegin = (delegate* unmanaged<void*, ulong, ulong, int, void>)Find(torch, "_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode");
        GraphCaptureEnd = (delegate* unmanaged<void*, void>)Find(torch, "_ZN2at4cuda9CUDAGraph11capture_endEv");
        GraphReplay = (delegate* unmanaged<void*, void>)Find(torch, "_ZN2at4cuda9CUDAGraph6replayEv");
        GraphDestruct = (delegate* unmanaged<void*, void>)Find(torch, "_ZN2at4cuda9CUDAGraphD1Ev");
        // Without it every graph has memory of its own, which is only larger; so it is not among the missing.
        if (NativeLibrary.TryGetExport(torch, "_ZN2at4cuda17graph_pool_handleEv", out var pool)) GraphPoolHandle = (delegate* unmanaged<GraphPoolHandle>)pool;
    }

    /// <summary>Exports that this libtorch lacks; with any missing, work runs eagerly.</summary>
    internal IReadOnlyList<string> Missing => missing;

    internal bool HasStreams => GetCurrentStream is not null && StreamHandle is not null;

    nint Find(nint library, string name)
    {
        if (NativeLibrary.TryGetExport(library, name, out var address)) return address;
        missing.Add(name);
        return 0;
    }
}
