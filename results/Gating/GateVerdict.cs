namespace LT2.Eval.Results.Gating;

/// <summary>What the gate decides; never a pass for missing data.</summary>
public enum GateVerdict
{
    /// <summary>Everything was measured and nothing is worse: exit 0.</summary>
    Pass,

    /// <summary>Something is confirmed worse: exit 1.</summary>
    Regressed,

    /// <summary>Data, nights or a build are missing: exit 4.</summary>
    Inconclusive,

    /// <summary>The night's measurements cannot be trusted: exit 4.</summary>
    Invalid,
}
