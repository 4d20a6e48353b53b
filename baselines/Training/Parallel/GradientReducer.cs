using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training.Parallel;

/// <summary>Sums the flat gradient over processes: in one piece after the backward pass, or layer by layer while it still runs.</summary>
internal sealed class GradientReducer : IDisposable
{
    readonly LoopedModel model;
    readonly IProcessGroup group;
    readonly Tensor[][] buckets; // one a layer, then what belongs to no layer
    readonly CudaEvent[] ready;
    readonly CudaStream? stream;
    readonly CudaEvent? summed;
    readonly int deviceIndex;
    int next;

    internal GradientReducer(LoopedModel model, IProcessGroup group, ReduceSchedule schedule)
    {
        (this.model, this.group, Schedule) = (model, group, schedule);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var layers = model.Definition.LayerCount;
        string LayerPrefix(int layer) => FormattableString.Invariant($"layers.{layer}.");
        var ranges = Enumerable.Range(0, layers).Select(layer => model.Parameters.Ranges(name => name.StartsWith(LayerPrefix(layer), StringComparison.Ordinal)))
            .Append(model.Parameters.Ranges(name => !name.StartsWith("layers.", StringComparison.Ordinal)));
        buckets = [.. ranges.Select(bucket => bucket.Select(range => model.Parameters.Gradient.narrow(0, range.Offset, range.Count).DetachFromDisposeScope()).ToArray())];
        deviceIndex = Math.Max(model.Device.TorchDevice.index, 0);
        if (schedule == ReduceSchedule.DuringBackward && model.Device.IsCuda)
        {
            stream = CudaStream.FromPool(deviceIndex);
            ready = [.. buckets.Select(_ => new CudaEvent(deviceIndex))];
            summed = new CudaEvent(deviceIndex);
        }
        else
        {
            ready = [];
        }
    }

    internal ReduceSchedule Schedule { get; }

    /// <summary>Before the step's last backward pass.</summary>
    internal void Begin()
    {
        if (Schedule != ReduceSchedule.DuringBackward) return;
        next = buckets.Length - 2; // the last layer is left first
        model.BackwardLeftLayer = Left;
    }

    /// <summary>After it: on return the gradient is summed, or will be before anything that this thread's stream runs next.</summary>
    internal void End()
    {
        model.BackwardLeftLayer = null;
        if (Schedule == ReduceSchedule.AfterBackward)
        {
            group.AllReduceSum(model.Parameters.Gradient);
            return;
        }
        while (next >= 0) Reduce(next--); // layers that backward never came to
        Reduce(buckets.Length - 1);
        if (stream is null) return;
        using (stream.Use()) summed!.Record();
        CudaStream.Current(deviceIndex).WaitFor(summed!);
    }

    void Left(int layer)
    {
        while (next >= layer) Reduce(next--);
    }

    void Reduce(int bucket)
    {
        if (stream is null)
        {
            foreach (var range in buckets[bucket]) group.AllReduceSum(range);
            return;
        }
        ready[bucket].Record(); // on the stream of the backward pass
        stream.WaitFor(ready[bucket]);
        using (stream.Use())
            foreach (var range in buckets[bucket]) group.AllReduceSum(range);
    }

    public void Dispose()
    {
        foreach (var range in buckets.SelectMany(bucket => bucket)) range.Dispose();
        foreach (var passed in ready) passed.Dispose();
        summed?.Dispose();
    }
}
