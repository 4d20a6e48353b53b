namespace LT2.Eval.Results.Claims;

/// <summary>What the measurements say of a claim.</summary>
public enum ClaimVerdict
{
    /// <summary>The whole interval lies where the claim expects it.</summary>
    Confirmed,

    /// <summary>The whole interval lies where the claim does not allow it.</summary>
    Refuted,

    /// <summary>The interval covers both.</summary>
    Inconclusive,

    /// <summary>Fewer repeats have every value than an interval needs.</summary>
    NotMeasured,
}
