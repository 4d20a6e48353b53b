namespace LT2.Eval.Reports.Views;

/// <summary>A cost that quality is set against.</summary>
/// <param name="Name">Axis title without the unit.</param>
/// <param name="Unit">Unit.</param>
/// <param name="Of">Cost of a variant at a loop count; null where it was not measured.</param>
/// <param name="WhyAbsent">Why a variant has no cost at a loop count, in a few words.</param>
public sealed record CostKind(string Name, string Unit, Func<string, int, Estimate?> Of, Func<string, int, string> WhyAbsent);
