namespace LT2.Eval.Results.Store;

/// <summary>How much of a run's samples an archive has room for.</summary>
public enum ArchivedSamples
{
    /// <summary>All, and the responses of text tasks.</summary>
    All,

    /// <summary>The scores of those at the loop count that was trained, without answers: what two runs are compared by, pair by pair.</summary>
    TrainedLoopCount,

    /// <summary>Of these, the ones of the first seed.</summary>
    FirstSeed,

    /// <summary>None; values, errors and times are there.</summary>
    None,
}
