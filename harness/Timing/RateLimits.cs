namespace LT2.Eval.Harness.Timing;

/// <summary>What a device does at most, measured in the same process as what is set beside it.</summary>
/// <param name="BytesPerSecond">Of a large copy, read and written.</param>
/// <param name="OperationsPerSecond">Of a large matrix product in the dtype that was timed.</param>
public sealed record RateLimits(double BytesPerSecond, double OperationsPerSecond);
