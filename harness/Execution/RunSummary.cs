using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>How a run went.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Continued">It continued an unfinished run.</param>
/// <param name="CellCount">Cells of the plan.</param>
/// <param name="CarriedOut">Cells this program carried out.</param>
/// <param name="Reused">Train cells taken over from earlier runs.</param>
/// <param name="Outcomes">Cells by outcome, over the whole run.</param>
public sealed record RunSummary(
    string RunId,
    bool Continued,
    int CellCount,
    int CarriedOut,
    int Reused,
    IReadOnlyDictionary<CellOutcome, int> Outcomes)
{
    /// <summary>Cells of parts that were not asked for and have not run yet.</summary>
    public int LeftForLater { get; init; }

    /// <summary>Whether some cell failed or was skipped; divergence, out of memory and missing support are findings, not failures.</summary>
    public bool HasFailures => Outcomes.GetValueOrDefault(CellOutcome.Failed) + Outcomes.GetValueOrDefault(CellOutcome.Skipped) > 0;
}
