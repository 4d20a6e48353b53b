using System.CommandLine;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Reports;
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
        var against = new Option<string?>("--against") { Description = "The run it is compared with (default: the pinned one, else none)." };
        var records = new Option<string?>("--records") { Description = "Read this store or archive (results/pinned/PLAN.store.br) instead of the store below --out." };
        var singleFile = new Option<string?>("--single-file") { Description = "Write one HTML file for mail and chat instead of the site." };
        var markdown = new Option<bool>("--markdown") { Description = "Print a Markdown summary instead of writing pages." };
        var command = new Command("report", """
            Write the report pages from the store.

            Examples:
              lt2 report --single-file report.html
              lt2 report --records results/pinned/nightly.store.br
            """) { output, run, against, records, singleFile, markdown };
        command.SetAction(parsed =>
        {
            var root = parsed.GetValue(output)!;
            using var opened = ArchivedStore.Open(parsed.GetValue(records) ?? RunFolder.StoreBelow(root));
            var store = opened.Store;
            var options = Options(
                store, root, parsed.GetValue(run), parsed.GetValue(against) is { } named ? StoredRuns.Choose(store, named).RunId : null);
            if (parsed.GetValue(markdown))
            {
                environment.Output.WriteLine(ReportMarkdown.Summarise(store, options));
            }
            else if (parsed.GetValue(singleFile) is { } path)
            {
                environment.Output.WriteLine($"Report: {Path.GetFullPath(ReportSingleFile.Write(store, options, path))}");
            }
            else
            {
                environment.Output.WriteLine($"Report: {Path.GetFullPath(ReportSite.Write(store, options).IndexPath)}");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Writes the site of a run and returns the path of its first page.</summary>
    internal static string Write(string outputRoot, string? runId)
    {
        using var store = ResultStore.Open(RunFolder.StoreBelow(outputRoot), StoreAccess.ReadOnly);
        return Path.GetFullPath(ReportSite.Write(store, Options(store, outputRoot, runId, null)).IndexPath);
    }

    private static ReportOptions Options(ResultStore store, string outputRoot, string? runId, string? referenceRunId)
    {
        var run = StoredRuns.Choose(store, runId);
        return new()
        {
            OutputFolder = RunFolder.SiteIn(outputRoot),
            RunId = run.RunId,
            ReferenceRunId = referenceRunId,
            Gate = referenceRunId is null ? PinnedRuns.Decision(outputRoot, run) : null,
            PinFolder = RunFolder.PinsIn(outputRoot),
            Claims = PlanReader.Read($"{run.PlanName}.yaml", run.PlanText, [])?.Claims ?? [], // of the plan as it was run
        };
    }
}
