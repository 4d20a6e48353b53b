namespace LT2.Eval.Harness.Timing;

/// <summary>The blocks of one measurement.</summary>
/// <param name="Iterations">Iterations in each block.</param>
/// <param name="BlockMilliseconds">Mean milliseconds an iteration, one entry a block.</param>
/// <param name="Conditions">What the host did during each block; null where nobody watched.</param>
public sealed record BlockTimes(int Iterations, IReadOnlyList<double> BlockMilliseconds, IReadOnlyList<BlockCondition>? Conditions);
