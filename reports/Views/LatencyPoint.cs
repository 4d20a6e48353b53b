namespace LT2.Eval.Reports.Views;

/// <summary>Latency of one variant at one loop count and length.</summary>
/// <param name="SequenceLength">Tokens.</param>
/// <param name="MedianMilliseconds">Median over the processes of the processes' block medians.</param>
/// <param name="P10Milliseconds">Tenth percentile of the blocks.</param>
/// <param name="P90Milliseconds">Ninetieth percentile of the blocks.</param>
/// <param name="BlockCount">Blocks behind it, tainted ones left out.</param>
/// <param name="ProcessCount">Fresh processes behind it.</param>
/// <param name="TaintedCount">Blocks that were left out because of throttling or load.</param>
public sealed record LatencyPoint(
    int SequenceLength,
    double MedianMilliseconds,
    double P10Milliseconds,
    double P90Milliseconds,
    int BlockCount,
    int ProcessCount,
    int TaintedCount);
