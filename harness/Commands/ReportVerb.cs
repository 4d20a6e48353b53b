using System.CommandLine;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Reports;
using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 report</c>: pages from the store.</summary>
internal sealed class ReportVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var output = CommonOptions.Out();
        var run = new Option<string?>("--run") { Description = "The run to report (default: the newest)." };
        var command = new Command("report", """
            Write the report pages from the store.

            Example: lt2 report
            """) { output, run };
        command.SetAction(parsed =>
        {
            environment.Output.WriteLine($"Report: {Write(parsed.GetValue(output)!, parsed.GetValue(run))}");
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Writes the site and returns the path of its first page.</summary>
    internal static string Write(string outputRoot, string? runId)
    {
        using var store = ResultStore.Open(RunFolder.StoreBelow(outputRoot), StoreAccess.ReadOnly);
        var run = StoredRuns.Choose(store, runId);
        var cells = store.Cells(run.RunId);
        var data = new RunData(
            run,
            cells,
            store.Metrics(run.RunId),
            [.. cells.SelectMany(cell => store.Samples(run.RunId, cell.CellId))],
            store.TimingBlocks(run.RunId),
            [.. cells.SelectMany(cell => store.TrainingPoints(run.RunId, cell.CellId))],
            store.Environment(run.RunId),
            store.Events(run.RunId));
        return Path.GetFullPath(ReportSite.Write(ReportInput.Of(data), new ReportOptions { OutputFolder = RunFolder.SiteIn(outputRoot), RunId = run.RunId }).IndexPath);
    }
}
