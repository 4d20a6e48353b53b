namespace LT2.Eval.Reports.Views;

/// <summary>A value with its 95 % interval.</summary>
/// <param name="Value">The value.</param>
/// <param name="Low">Lower end; null when no interval is known.</param>
/// <param name="High">Upper end; null when no interval is known.</param>
public sealed record Estimate(double Value, double? Low, double? High);
