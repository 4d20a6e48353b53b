using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Latency of one variant at one loop count and length.</summary>
/// <param name="SequenceLength">Tokens.</param>
/// <param name="MedianMilliseconds">Median over the processes of the processes' block medians.</param>
/// <param name="P10Milliseconds">Tenth percentile of the blocks.</param>
/// <param name="P90Milliseconds">Ninetieth percentile of the blocks.</param>
/// <param name="BlockCount">Blocks behind it (<see cref="UsableBlocks"/>).</param>
/// <param name="ProcessCount">Fresh processes behind it.</param>
/// <param name="TaintedCount">Blocks that ran under throttling or load; left out wherever their process has others.</param>
public sealed record LatencyPoint(
    int SequenceLength,
    double MedianMilliseconds,
    double P10Milliseconds,
    double P90Milliseconds,
    int BlockCount,
    int ProcessCount,
    int TaintedCount);
