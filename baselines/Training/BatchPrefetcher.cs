using System.Collections.Concurrent;

namespace LT2.Eval.Models.Training;

/// <summary>Makes what coming steps read on another thread, a few steps ahead, so that the device never waits for data.</summary>
/// <typeparam name="T">Batches made ready for one way of running a step.</typeparam>
internal sealed class BatchPrefetcher<T> : IDisposable where T : class, IDisposable
{
    readonly BlockingCollection<(T? Batch, Exception? Error)> ready = new(boundedCapacity: 4);
    readonly CancellationTokenSource stop = new();
    readonly Thread thread;

    /// <param name="make">The batch of a step; called on the other thread, in a dispose scope that ends after it.</param>
    /// <param name="firstStep">From 0.</param>
    /// <param name="endStep">The step after the last.</param>
    internal BatchPrefetcher(Func<int, T> make, int firstStep, int endStep)
    {
        thread = new Thread(() => Fill(make, firstStep, endStep)) { IsBackground = true, Name = "batches" };
        thread.Start();
    }

    /// <summary>The next step's batch, the caller's to dispose of; what the source threw is thrown here.</summary>
    internal T Take()
    {
        var (batch, error) = ready.Take();
        if (error is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        return batch!;
    }

    void Fill(Func<int, T> make, int firstStep, int endStep)
    {
        try
        {
            for (var step = firstStep; step < endStep; step++)
            {
                using var scope = TorchSharp.torch.NewDisposeScope();
                var made = make(step);
                try
                {
                    ready.Add((made, null), stop.Token);
                }
                catch (OperationCanceledException)
                {
                    made.Dispose();
                    throw;
                }
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
