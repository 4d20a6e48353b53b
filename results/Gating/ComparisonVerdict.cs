namespace LT2.Eval.Results.Gating;

/// <summary>What can be said about a difference. Failing to find one is never "no change".</summary>
public enum ComparisonVerdict
{
    /// <summary>Significantly better, by at least the floor.</summary>
    Better,

    /// <summary>Significantly worse, by at least the floor.</summary>
    Worse,

    /// <summary>Shown to be smaller than the floor, or identical sample by sample.</summary>
    Equivalent,

    /// <summary>Neither; the detectable effect says what the data could have shown.</summary>
    Inconclusive,
}
