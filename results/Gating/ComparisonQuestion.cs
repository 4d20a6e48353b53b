namespace LT2.Eval.Results.Gating;

/// <summary>What a difference between two runs can be due to; each has its own noise and its own tool.</summary>
public enum ComparisonQuestion
{
    /// <summary>A: same weights, new code. Any flip is an event of the numerics.</summary>
    SameWeights,

    /// <summary>B: different weights on the same items. The noise is which items were drawn.</summary>
    OtherWeights,

    /// <summary>C: several training seeds in each arm. The noise is the training seed.</summary>
    SeveralSeeds,

    /// <summary>A time: the noise is the host's, between fresh processes.</summary>
    Time,

    /// <summary>Peak memory: nearly deterministic.</summary>
    Memory,
}
