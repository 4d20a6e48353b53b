namespace LT2.Eval.Results.Claims;

/// <summary>What a claim says of its contrast.</summary>
public enum ClaimExpectation
{
    /// <summary>It is larger than the margin.</summary>
    Above,

    /// <summary>It is smaller than the margin.</summary>
    Below,

    /// <summary>It differs from zero by less than the margin.</summary>
    Within,
}
