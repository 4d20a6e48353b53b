using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Text;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Says whether a run is whole and whether it is worse than its reference.</summary>
internal static class RunBanner
{
    /// <summary>Regressed, whole, incomplete or failed, with the worst item.</summary>
    public static Banner Of(ReportModel model)
    {
        var whole = Completeness(model);
        if (model.Input.Gate is { } gate)
        {
            var kind = gate.Verdict switch { GateVerdict.Pass => "good", GateVerdict.Regressed => "bad", _ => "unsure" };
            return new Banner(kind, gate.Verdict.ToString().ToUpperInvariant(), $"{Readable(gate, model.Titles)} {whole.Sentence}");
        }
        if (model.Input is not { Reference: { } reference, Comparison: not null })
        {
            return whole;
        }
        var counts = $"Against run {reference.Run.RunId}: {ChangeText.Counts(model.Changes)}.";
        return model.Changes.FirstOrDefault(row => row.Verdict == ComparisonVerdict.Worse) is { } worst
            ? new Banner("bad", "REGRESSED", $"{model.Titles.Title(worst.Key)}: {ChangeText.Difference(worst)}. {counts} {whole.Sentence}")
            : whole.Kind == "good"
                ? new Banner("good", "COMPLETE, NO REGRESSION FOUND", $"{counts} {whole.Sentence}")
                : whole with { Sentence = $"{whole.Sentence} {counts}" };
    }

    // The gate names a series as its key has it; pages name it as people read it.
    private static string Readable(GateReport gate, SeriesTitles titles)
    {
        var text = gate.Findings is [{ Key: { } key }, ..] ? gate.Summary.Replace(SeriesTitle.Of(key), titles.Title(key), StringComparison.Ordinal) : gate.Summary;
        return text.EndsWith(')') ? text + "." : text;
    }

    private static Banner Completeness(ReportModel model)
    {
        var cells = model.Input.Run.Cells;
        var unfinished = model.Unfinished;
        var finished = cells.Count - unfinished.Length;
        var worst = unfinished.FirstOrDefault(cell => cell.Outcome == CellOutcome.Failed) ?? unfinished.FirstOrDefault();
        var detail = worst is null ? "" : $" First to look at: {worst.Title} ({OutcomeNames.Of(worst.Outcome)}{(worst.Reason is null ? "" : ": " + FirstLine(worst.Reason))}).";
        return model.Run.Status switch
        {
            RunStatus.Failed => new Banner("bad", "RUN FAILED", $"The run stopped by an error after {Quantity.Count(cells.Count, "cell")}.{detail}"),
            RunStatus.Running => new Banner("unsure", "NOT FINISHED", $"The run has no end: it is still going on or was killed after {Quantity.Count(cells.Count, "cell")}.{detail}"),
            RunStatus.Interrupted => new Banner("unsure", "INTERRUPTED", $"The run was stopped after {Quantity.Count(cells.Count, "cell")} and can be continued.{detail}"),
            _ when unfinished.Any(cell => cell.Outcome == CellOutcome.Failed) =>
                new Banner("bad", "CELLS FAILED", $"{Quantity.Count(finished)} of {Quantity.Count(cells.Count, "cell")} finished.{detail}"),
            _ when !unfinished.IsEmpty =>
                new Banner("unsure", "INCOMPLETE", $"{Quantity.Count(finished)} of {Quantity.Count(cells.Count, "cell")} finished; the others ended with a recorded reason.{detail}"),
            _ => new Banner("good", "COMPLETE", $"All {Quantity.Count(cells.Count, "cell")} finished."),
        };
    }

    // The whole reason, which may be a stack trace, stands in the table of missing cells.
    private static string FirstLine(string reason)
    {
        const int most = 160;
        var line = reason.Split('\n')[0].Trim();
        return line.Length <= most ? line : line[..most] + "…";
    }
}
