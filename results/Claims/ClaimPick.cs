namespace LT2.Eval.Results.Claims;

/// <summary>What becomes of several values that one term names, within one training seed.</summary>
public enum ClaimPick
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest.</summary>
    Largest,

    /// <summary>The smallest.</summary>
    Smallest,
}
