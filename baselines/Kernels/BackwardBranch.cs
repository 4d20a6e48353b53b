using System.Collections.Concurrent;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// A second stream beside a backward pass, for what nothing in the pass waits for: weights' gradients that are added to those that are there. They are small and many, and in
/// line with the rest each would hold it up. Whoever begins a branch ends it before weights' gradients are read; inside a capture it becomes a branch of the graph.
/// Without one, the same work runs in line.
/// </summary>
internal sealed class BackwardBranch : IDisposable
{
    // Each time the branch takes up what the pass has made is an edge of the graph; few are enough, since nothing waits.
    const int Together = 6;

    // What is read beside the pass cannot be freed by it; beyond this much it waits.
    const long MostBytes = 512L << 20;

    static readonly ConcurrentDictionary<nint, BackwardBranch> Begun = new();   // by the stream of the pass
    static readonly ConcurrentDictionary<nint, CudaStream> Sides = new();       // the same, for libraries keep memory for each stream

    readonly List<(Tensor[] Tensors, Action<Tensor[]> Work)> waiting = [];
    readonly List<Tensor> held = [];
    readonly CudaStream main, side;
    readonly CudaEvent made, done;
    long heldBytes;

    BackwardBranch(int device)
    {
        (main, made, done) = (CudaStream.Current(device), new CudaEvent(device), new CudaEvent(device));
        side = Sides.GetOrAdd(main.Handle, _ => CudaStream.FromPool(device, beside: true));
    }

    /// <summary>A branch of the passes that run on this thread's current stream, until it is disposed of.</summary>
    internal static BackwardBranch Begin(Device device)
    {
        var branch = new BackwardBranch(KernelLibrary.Index(device));
        if (!Begun.TryAdd(branch.main.Handle, branch)) throw new InvalidOperationException("A branch of a backward pass on this stream has begun already.");
        return branch;
    }

    /// <summary>Does the work on the branch where one has begun, in the order of the calls, else at once.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="tensors">What the work touches; the caller may free its own handles.</param>
    /// <param name="work">Launches kernels on these tensors, as it is given them: it may run when the caller's handles are gone.</param>
    internal static void Run(Device device, Tensor[] tensors, Action<Tensor[]> work)
    {
        if (Begun.TryGetValue(CudaStream.CurrentHandle(KernelLibrary.Index(device)), out var branch)) branch.Add([.. tensors.Select(tensor => tensor.alias().DetachFromDisposeScope())], work);
        else work(tensors);
    }

    void Add(Tensor[] tensors, Action<Tensor[]> work)
    {
        waiting.Add((tensors, work));
        held.AddRange(tensors);
        heldBytes += tensors.Sum(tensor => tensor.NumberOfElements * tensor.element_size());
        if (heldBytes > MostBytes) Join();
        else if (waiting.Count == Together) Issue();
    }

    void Issue()
    {
        if (waiting.Count == 0) return;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        made.Record();
        side.WaitFor(made);
        using (side.Use())
        {
            foreach (var (tensors, work) in waiting) work(tensors);
            done.Record();
        }
        waiting.Clear();
    }

    // The pass goes on behind everything, and the memory of what was read is free for it.
    void Join()
    {
        if (held.Count == 0) return;
        Issue();
        main.WaitFor(done);
        foreach (var tensor in held) tensor.Dispose();
        held.Clear();
        heldBytes = 0;
    }

    /// <summary>Lets the stream of the pass wait for all of it.</summary>
    public void Dispose()
    {
        Begun.TryRemove(main.Handle, out _);
        Join();
        made.Dispose();
        done.Dispose();
    }
}
