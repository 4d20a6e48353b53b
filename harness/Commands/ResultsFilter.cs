namespace LT2.Eval.Harness.Commands;

/// <summary>A filter of <c>lt2 results</c>.</summary>
/// <param name="Option">Its option.</param>
/// <param name="Wanted">What the user asks for; null for everything.</param>
/// <param name="Of">The word of an item that is compared.</param>
internal sealed record ResultsFilter<T>(string Option, string? Wanted, Func<T, string?> Of);
