namespace LT2.Eval.Results.Claims;

/// <summary>A claim that a plan sets out to test, stated before anything is measured: a contrast of measured values and what is expected of it.</summary>
/// <param name="Id">Short name, unique in the plan.</param>
/// <param name="Statement">The claim in words.</param>
/// <param name="Published">The figure that was published, with its source; null when the claim is new.</param>
/// <param name="Expectation">What the claim says of the contrast.</param>
/// <param name="Margin">The bound: the contrast is expected above it, below it, or within plus and minus it.</param>
/// <param name="IsLogarithmic">The contrast is a weighted sum of natural logarithms: ratios and slopes of growth.</param>
/// <param name="Unit">Unit of the contrast; <c>1</c> for shares, ratios and slopes.</param>
/// <param name="Terms">The weighted values that are added.</param>
public sealed record ClaimDefinition(
    string Id,
    string Statement,
    string? Published,
    ClaimExpectation Expectation,
    double Margin,
    bool IsLogarithmic,
    string Unit,
    IReadOnlyList<ClaimTerm> Terms);
