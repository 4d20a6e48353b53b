namespace LT2.Eval.Models.Decoding;

/// <summary>How the next token is chosen.</summary>
/// <param name="Temperature">Divides the logits; 0 takes the most likely token.</param>
/// <param name="TopK">Only so many of the most likely tokens are drawn from; null for all.</param>
/// <param name="TopP">Only the most likely tokens whose probabilities first add up to this are drawn from; null for all.</param>
/// <param name="Seed">Seed of the draws.</param>
public sealed record SamplingOptions(double Temperature = 0, int? TopK = null, double? TopP = null, long Seed = 1)
{
    /// <summary>Every problem with the values.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (!(Temperature >= 0) || double.IsInfinity(Temperature)) problems.Add(FormattableString.Invariant($"The temperature is {Temperature}; it must be 0 (greedy) or more."));
        if (TopK < 1) problems.Add(FormattableString.Invariant($"top-k is {TopK}; it must be 1 or more."));
        if (TopP is { } p && p is not (> 0 and <= 1)) problems.Add(FormattableString.Invariant($"top-p is {TopP}; it must be above 0 and at most 1."));
        return problems;
    }
}
