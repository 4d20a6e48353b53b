using System.Globalization;

namespace LT2.Eval.Harness.Timing;

/// <summary>
/// When a block's time is not its own: a thread of this process waited more than 5 % of the block for a CPU, the hypervisor took more than 5 % of the CPUs' time,
/// or the GPU was slowed down by heat or by its hardware. 5 % is above the 2 % that the gate cares for, and below what a second busy program costs.
/// A power cap or fixed clocks are the same every night: they are noted and taint nothing.
/// </summary>
internal static class BlockTaint
{
    /// <summary>Share of a block's time from which on a loss taints it.</summary>
    public const double Share = 0.05;

    private const string Idle = "idle";

    /// <summary>Judges one block.</summary>
    /// <param name="waitedShare">Longest wait of one thread for a CPU, as a share of the block; null when unknown.</param>
    /// <param name="stolenShare">CPU time the hypervisor took, as a share of all CPUs' time; null when unknown.</param>
    /// <param name="throttles">Why the GPU's clocks are lower than they could be, in the words of <see cref="Models.Runtime.Cuda.NvmlSnapshot"/>.</param>
    public static (bool IsTainted, string? Reason) Judge(double? waitedShare, double? stolenShare, IReadOnlyList<string> throttles)
    {
        var reasons = new List<string>();
        if (waitedShare > Share)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"other programs: waited {waitedShare:0%} of the block for a CPU"));
        }

        if (stolenShare > Share)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"the hypervisor took {stolenShare:0%} of the CPUs"));
        }

        var slowed = throttles.Where(IsSlowdown).ToList();
        var isTainted = reasons.Count + slowed.Count > 0;
        reasons.AddRange(slowed);
        reasons.AddRange(throttles.Where(throttle => throttle != Idle && !IsSlowdown(throttle)));
        return (isTainted, reasons.Count == 0 ? null : string.Join(", ", reasons));
    }

    private static bool IsSlowdown(string throttle) =>
        throttle.Contains("slowdown", StringComparison.Ordinal) || throttle.Contains("power brake", StringComparison.Ordinal);
}
