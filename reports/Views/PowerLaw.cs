namespace LT2.Eval.Reports.Views;

/// <summary>latency ∝ length^exponent over a range of lengths.</summary>
/// <param name="Exponent">Slope in log-log coordinates with its 95 % interval.</param>
/// <param name="MedianOfSlopes">The robust slope of Theil and Sen beside it.</param>
/// <param name="FromLength">Smallest fitted length.</param>
/// <param name="ToLength">Largest fitted length.</param>
/// <param name="PointCount">Lengths fitted.</param>
public sealed record PowerLaw(Estimate Exponent, double MedianOfSlopes, int FromLength, int ToLength, int PointCount);
