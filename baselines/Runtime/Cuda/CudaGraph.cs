using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// Work recorded once and then started with one call, a few microseconds for all its launches. The work must do the same launches on the same memory each time:
/// inputs are copied into tensors that it reads, what changes (position, step, learning rate) lives in device memory, and nothing in it may wait for the device.
/// Where the driver or libtorch cannot record, <see cref="Replay"/> runs the work eagerly and <see cref="Note"/> says why.
/// </summary>
public sealed unsafe class CudaGraph : IDisposable
{
    // Relaxed: allocations of other threads (data preparation, another model) neither fail nor break the capture. Autograd's own thread takes part in it.
    const int RelaxedCapture = 2;
    const int ObjectBytes = 4096; // at::cuda::CUDAGraph is a few hundred bytes; its size is not exported

    /// <summary>Held while work is recorded: a driver's call that waits for the whole device must not fall into a capture of another thread.</summary>
    internal static Lock CaptureGate { get; } = new();

    readonly Action work;
    readonly CudaStream? stream;
    void* graph;
    GraphPool? pool;

    CudaGraph(Action work, CudaStream? stream, string? note) => (this.work, this.stream, Note) = (work, stream, note);

    /// <summary>Why this runs eagerly, or null where a graph was captured.</summary>
    public string? Note { get; }

    /// <summary>Whether <see cref="Replay"/> replays a graph.</summary>
    public bool IsCaptured => graph is not null;

    /// <summary>Why no graph can be captured on this device, or null where one can.</summary>
    public static string? Problem(ComputeDevice device) => device.IsCuda ? CudaStream.Problem : "graphs exist on CUDA devices only";

    /// <summary>
    /// Runs the work <paramref name="warmUps"/> times eagerly on a stream beside the default one (libraries initialise, caches fill), then records it. The work runs for real in
    /// the warm-ups and not at all while it is recorded: its effects on weights and counters are the caller's to undo or to count.
    /// </summary>
    /// <param name="device">Where the work runs.</param>
    /// <param name="work">Issues operations; tensors it makes that must outlive it are detached from its dispose scope by itself.</param>
    /// <param name="pool">Memory shared with other graphs.</param>
    /// <param name="warmUps">Eager runs before, at least one: a kernel's first load cannot be recorded.</param>
    /// <param name="forceEager">Records nothing; <see cref="Replay"/> runs the work.</param>
    public static CudaGraph Capture(ComputeDevice device, Action work, GraphPool? pool = null, int warmUps = 2, bool forceEager = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(warmUps, 1);
        if (Problem(device) is { } problem) return Eager(work, warmUps, problem);
        if (forceEager) return Eager(work, warmUps, "eager execution was asked for");
        device.Synchronise();
        var index = Math.Max(device.TorchDevice.index, 0);
        var stream = OwnStream.IsUsed(index) ? CudaStream.Current(index) : CudaStream.FromPool(index);
        var captured = new CudaGraph(work, stream, null);
        using (stream.Use())
        {
            for (var i = 0; i < warmUps; i++) work();
            stream.Synchronise();
            var memory = CudaMemory.Read(index);
            if (memory.FreeBytes < memory.UsedBytes) CachedMemory.GiveBack(device); // the capture needs what a run needs anew, from the driver alone
            lock (CaptureGate) captured.Record(pool ?? new GraphPool());
        }
        device.Synchronise();
        return captured;
    }

    /// <summary>Starts the recorded work on the thread's current stream (or runs it eagerly). Returns before the device is done.</summary>
    public void Replay()
    {
        if (graph is not null) TorchCudaExports.Loaded.GraphReplay(graph);
        else work();
    }

    static CudaGraph Eager(Action work, int warmUps, string reason)
    {
        for (var i = 0; i < warmUps; i++) work();
        return new(work, null, reason);
    }

    void Record(GraphPool pool)
    {
        var memory = NativeMemory.AllocZeroed(ObjectBytes);
        var exports = TorchCudaExports.Loaded;
        exports.GraphConstruct(memory, 0);
        var shared = pool.Enter();
        exports.GraphCaptureBegin(memory, shared.First, shared.Second, RelaxedCapture);
        try
        {
            work();
        }
        catch
        {
            // The driver ends the capture, not libtorch: its capture_end throws in C++ after a failure, which would end the process. The half graph stays allocated.
            CudaDriver.cuStreamEndCapture(stream!.Handle, out _);
            throw;
        }
        exports.GraphCaptureEnd(memory);
        graph = memory;
        this.pool = pool;
    }

    /// <summary>Gives the recorded work and its memory back. The device must be done with it.</summary>
    public void Dispose()
    {
        if (graph is null) return;
        stream!.Synchronise();
        TorchCudaExports.Loaded.GraphDestruct(graph);
        NativeMemory.Free(graph);
        graph = null;
        pool!.Leave();
    }
}
