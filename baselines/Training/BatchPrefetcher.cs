using System.Collections.Concurrent;

namespace LT2.Eval.Models.Training;

/// <summary>Makes the batches of coming steps on another thread, a few ahead, so that the device never waits for data.</summary>
internal sealed class BatchPrefetcher : IDisposable
{
    readonly BlockingCollection<(PreparedBatch? Batch, Exception? Error)> ready = new(boundedCapacity: 4);
    readonly CancellationTokenSource stop = new();
    readonly Thread thread;

    internal BatchPrefetcher(ITokenBatchSource source, int firstStep, int endStep, bool pin)
    {
        thread = new Thread(() => Fill(source, firstStep, endStep, pin)) { IsBackground = true, Name = "batches" };
        thread.Start();
    }

    /// <summary>The next step's batch, the caller's to dispose of; what the source threw is thrown here.</summary>
    internal PreparedBatch Take()
    {
        var (batch, error) = ready.Take();
        if (error is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        return batch!;
    }

    void Fill(ITokenBatchSource source, int firstStep, int endStep, bool pin)
    {
        try
        {
            for (var step = firstStep; step < endStep; step++)
            {
                using var scope = TorchSharp.torch.NewDisposeScope();
                using var given = source.GetBatch(step);
                ready.Add((PreparedBatch.From(given, pin), null), stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Training ended before the recipe did.
        }
#pragma warning disable CA1031 // Whatever a source throws belongs to the thread that trains.
        catch (Exception error)
        {
            ready.TryAdd((null, error), Timeout.Infinite);
        }
#pragma warning restore CA1031
    }

    public void Dispose()
    {
        stop.Cancel();
        while (!thread.Join(1))
            while (ready.TryTake(out var left)) left.Batch?.Dispose();
        while (ready.TryTake(out var left)) left.Batch?.Dispose();
        ready.Dispose();
        stop.Dispose();
    }
}
