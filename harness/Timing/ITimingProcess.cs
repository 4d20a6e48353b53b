namespace LT2.Eval.Harness.Timing;

/// <summary>Runs one timing request in a process of its own.</summary>
public interface ITimingProcess
{
    /// <summary>Measures; throws with the child's own words when the child fails.</summary>
    TimingReport Run(TimingRequest request, CancellationToken cancellation);

    /// <summary>Measures the canary workload (<see cref="CanarySession"/>) on a device; null threads for every core.</summary>
    TimingReport RunCanary(string device, int? threadCount, CancellationToken cancellation);
}
