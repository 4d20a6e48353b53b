using LT2.Eval.Models;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;

namespace LT2.Eval.Harness.Timing;

/// <summary>Watches run queues, the hypervisor and, on CUDA, the GPU's clocks. It reads before and after a block, never during one.</summary>
public sealed class HostWatch : IBlockWatch, IDisposable
{
    private readonly NvmlDevice? gpu;
    private IReadOnlyDictionary<string, long>? waits;
    private long? stolen;

    /// <summary>Watches the host and, where it is a GPU that answers, the device.</summary>
    public HostWatch(ComputeDevice device)
    {
        if (!device.IsCuda)
        {
            return;
        }

        try
        {
            gpu = NvmlDevice.Open(Math.Max(device.TorchDevice.index, 0));
        }
        catch (Exception error) when (error is ModelException or CudaException)
        {
            // Clocks and throttling stay unknown, as doctor says.
        }
    }

    /// <inheritdoc />
    public void Start() => (waits, stolen) = (SchedulerWaits.Read(), StolenTime.Read());

    /// <inheritdoc />
    public BlockCondition Stop(TimeSpan elapsed)
    {
        var state = gpu?.Read();
        var (isTainted, reason) = BlockTaint.Judge(
            SchedulerWaits.Longest(waits, SchedulerWaits.Read()) / elapsed,
            StolenTime.Share(stolen, StolenTime.Read(), elapsed, Environment.ProcessorCount),
            state?.ThrottleReasons ?? []);
        return new BlockCondition(isTainted, reason, state?.MultiprocessorClockMegahertz, state?.TemperatureCelsius, state?.PowerWatts);
    }

    /// <inheritdoc />
    public void Dispose() => gpu?.Dispose();
}
