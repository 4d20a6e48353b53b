using System.Collections.Immutable;
using System.Text;
using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Reports;

/// <summary>A report in a page of Markdown, for a terminal or a pull request.</summary>
public static class ReportMarkdown
{
    private const int MostRows = 30;

    /// <summary>Summarises a run of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Which run; the folder of the options is not used.</param>
    /// <exception cref="ReportException">The store has no such run.</exception>
    public static string Summarise(ResultStore store, ReportOptions options) => Summarise(ReportInputLoader.Load(store, options));

    /// <summary>Summarises records at hand.</summary>
    /// <param name="input">The records.</param>
    public static string Summarise(ReportInput input)
    {
        var model = new ReportModel(input);
        var banner = RunBanner.Of(model);
        var text = new StringBuilder();
        text.Append($"## {MarkdownTable.Escape(banner.Word)}: {MarkdownTable.Escape(model.Run.PlanName)}, {Quantity.Moment(model.Run.StartedUtc)}\n\n");
        text.Append($"{MarkdownTable.Escape(banner.Sentence)}\n\n");
        text.Append($"Run {MarkdownTable.Escape(model.Run.RunId)}, build {MarkdownTable.Escape(model.Run.BuildId)}, {MarkdownTable.Escape(model.Run.HostClass)}.\n");
        Section(text, "Surely worse or better than the reference", new ChartTable("", [new("Verdict"), new("Series"), new("Change [95 % interval]", true), new("Adjusted p", true)],
            [
                .. model.Changes.Where(row => row.IsSure).Select(row => ImmutableArray.Create(
                    ChangeText.Word(row.Verdict), model.Titles.Title(row.Key), ChangeText.Difference(row), ChangeText.PValue(row.AdjustedPValue))),
            ]));
        Section(text, "Missing and failed", new ChartTable("", [new("Outcome"), new("Cell"), new("Reason")],
            [.. model.Unfinished.Select(cell => ImmutableArray.Create(OutcomeNames.Of(cell.Outcome), cell.Title, cell.Reason ?? "no reason recorded"))]));
        Section(text, "Claims of the plan", ClaimText.Summary(input.Claims));
        foreach (var suite in HeadlineRow.Of(model).GroupBy(row => row.Case.SuiteId))
        {
            Section(text, $"{MarkdownTable.Escape(suite.Key)}: quality at the largest trained loop count", Quality(model, [.. suite]));
        }
        Section(text, "Latency of the longest sequence", LatencyText.Longest(model.Latency));
        return text.ToString();
    }

    private static ChartTable Quality(ReportModel model, ImmutableArray<HeadlineRow> rows)
    {
        int[] variants = [.. Enumerable.Range(0, model.Variants.Length).Where(index => rows.Any(row => row.Cells[index] is not null))];
        return new ChartTable("", [new("Case"), new("Metric"), .. variants.Select(index => new ChartColumn(model.Variants[index], true))],
        [
            .. rows.Select(row => ImmutableArray.CreateRange(
            [
                row.Case.CaseTitle, CaseNames.Metric(row.Case.Metric),
                .. variants.Select(index => row.Cells[index] is { } point
                    ? point.Text(row.Case.Unit)
                    : "–"),
            ])),
        ]);
    }

    private static void Section(StringBuilder text, string title, ChartTable table)
    {
        if (table.Rows.IsEmpty)
        {
            return;
        }
        text.Append($"\n### {title}\n\n{MarkdownTable.Of(table with { Rows = [.. table.Rows.Take(MostRows)] })}");
        if (table.Rows.Length > MostRows)
        {
            text.Append($"\n{Quantity.Count(table.Rows.Length - MostRows)} more rows are in the report.\n");
        }
    }
}
