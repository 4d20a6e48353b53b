using LT2.Eval.Harness.Timing;

namespace LT2.Eval.Harness.Gating;

/// <summary>Times one checkpoint, whatever variant a request names.</summary>
/// <param name="folder">The checkpoint.</param>
/// <param name="process">Starts this program.</param>
internal sealed class CheckpointTimingProcess(string folder, ITimingProcess process) : ITimingProcess
{
    /// <inheritdoc />
    public TimingReport Run(TimingRequest request, CancellationToken cancellation) => process.Run(request with { Checkpoint = folder }, cancellation);

    /// <inheritdoc />
    public TimingReport RunCanary(string device, int? threadCount, CancellationToken cancellation) => process.RunCanary(device, threadCount, cancellation);
}
