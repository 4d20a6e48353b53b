using LT2.Eval.Models;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;

namespace LT2.Eval.Harness.Timing;

/// <summary>Energy of repeated work on a GPU, the whole board's, from NVML's counter. The counter moves every few tens of milliseconds, so the work is repeated for a second.</summary>
/// <param name="device">Where the work runs.</param>
/// <param name="clock">Source of time stamps.</param>
public sealed class EnergyMeter(ComputeDevice device, TimeProvider clock)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    private const int MostTogether = 16;

    /// <summary>Joules an iteration; null off CUDA, or where the GPU does not count.</summary>
    /// <param name="iteration">The work.</param>
    /// <param name="prepare">Called before each stretch; null for nothing.</param>
    /// <param name="maximumIterations">Most iterations between two calls of <paramref name="prepare"/>.</param>
    public double? Measure(Action iteration, Action? prepare = null, int maximumIterations = int.MaxValue)
    {
        if (!device.IsCuda)
        {
            return null;
        }

        try
        {
            using var gpu = NvmlDevice.Open(Math.Max(device.TorchDevice.index, 0));
            if (gpu.EnergyJoules() is null)
            {
                return null;
            }

            prepare?.Invoke();
            device.Synchronise();
            var (before, start, count) = (gpu.EnergyJoules(), clock.GetTimestamp(), 0L);

            // Short work is not held up by looking at the clock; long work is done once.
            for (var together = 1; clock.GetElapsedTime(start) < Duration; together = Math.Min(2 * together, MostTogether))
            {
                for (var i = 0; i < Math.Min(maximumIterations, together); i++)
                {
                    if (count > 0 && count % maximumIterations == 0)
                    {
                        prepare?.Invoke();
                    }

                    iteration();
                    count++;
                }

                device.Synchronise();
            }

            return (gpu.EnergyJoules() - before) / count;
        }
        catch (Exception error) when (error is ModelException or CudaException)
        {
            return null;
        }
    }
}
