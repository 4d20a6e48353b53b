namespace LT2.Eval.Results.Claims;

/// <summary>The contrast of one repeat.</summary>
/// <param name="Number">Training seed, or index of the timing process.</param>
/// <param name="Value">The contrast.</param>
public sealed record ClaimRepeat(long Number, double Value);
