namespace LT2.Eval.Results.Gating;

/// <summary>What the gate says about one series.</summary>
public enum FindingStatus
{
    /// <summary>Confirmed worse: blocks.</summary>
    Blocking,

    /// <summary>Cannot be judged: missing, invalid, or not confirmable here.</summary>
    Undecided,

    /// <summary>Suspected and shown to be fine by confirmation.</summary>
    Cleared,

    /// <summary>Confirmed better.</summary>
    Improved,

    /// <summary>Worth a line, without consequence: trends, changed numerics, new series.</summary>
    Notice,
}
