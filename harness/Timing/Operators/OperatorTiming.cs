namespace LT2.Eval.Harness.Timing.Operators;

/// <summary>One timed operator.</summary>
/// <param name="Operator">Its name.</param>
/// <param name="Direction">forward, or forward and backward.</param>
/// <param name="Execution">graph or eager.</param>
/// <param name="Kernels">Which version ran.</param>
/// <param name="Shape">At which sizes.</param>
/// <param name="Dtype">Of q, k, v.</param>
/// <param name="BlockMilliseconds">Milliseconds a run, by blocks.</param>
/// <param name="TerabytesPerSecond">Bytes that must move over the median; null for a run with backward.</param>
/// <param name="TeraflopsPerSecond">Operations over the median; null for a run with backward.</param>
/// <param name="LimitMilliseconds">What the same bytes take at the rate of a copy, or the operations at that of a large product, whichever is longer; null for a run with backward.</param>
public sealed record OperatorTiming(
    string Operator, string Direction, string Execution, string Kernels, OperatorShape Shape, string Dtype, IReadOnlyList<double> BlockMilliseconds,
    double? TerabytesPerSecond, double? TeraflopsPerSecond, double? LimitMilliseconds)
{
    /// <summary>Median of the blocks.</summary>
    public double MedianMilliseconds => BlockMilliseconds.Order().ElementAt(BlockMilliseconds.Count / 2);

    /// <summary>Part of the time that the limit alone would take.</summary>
    public double? ShareOfLimit => LimitMilliseconds / MedianMilliseconds;
}
