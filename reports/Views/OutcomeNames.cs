using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Outcomes as pages write them.</summary>
internal static class OutcomeNames
{
    /// <summary>In words.</summary>
    public static string Of(CellOutcome outcome) => outcome switch
    {
        CellOutcome.Finished => "finished",
        CellOutcome.Diverged => "diverged",
        CellOutcome.OutOfMemory => "out of memory",
        CellOutcome.Unsupported => "unsupported",
        CellOutcome.Failed => "failed",
        CellOutcome.Skipped => "skipped",
        _ => outcome.ToString(),
    };

    /// <summary>Kind of mark: good, bad, unsure or plain.</summary>
    public static string Mark(CellOutcome outcome) => outcome switch
    {
        CellOutcome.Finished => "good",
        CellOutcome.Failed or CellOutcome.Diverged => "bad",
        CellOutcome.OutOfMemory or CellOutcome.Unsupported => "unsure",
        _ => "plain",
    };
}
