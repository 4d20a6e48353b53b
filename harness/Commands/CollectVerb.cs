using System.CommandLine;
using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Cluster.Submissions;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 collect</c>: brings what a submission's tasks left into the store, and writes the report.</summary>
internal sealed class CollectVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var run = new Argument<string?>("run") { Description = "The submitted run (default: the newest).", Arity = ArgumentArity.ZeroOrOne };
        var output = CommonOptions.Out();
        var final = new Option<bool>("--final") { Description = "Nothing more will come: what has no result stays open, and the run can be continued or submitted again." };
        var command = new Command("collect", """
            Bring the results of a plan's Slurm jobs into the store and write the report. The last job does it; by hand it may be done at any time.

            Example: lt2 collect
            """) { run, output, final };
        command.SetAction(parsed =>
        {
            var root = parsed.GetValue(output)!;
            var folder = SubmissionFolder.Choose(RunFolder.RunsIn(root), parsed.GetValue(run));
            Collect(root, folder, parsed.GetValue(final), environment, out var summary);
            RunSummaryText.Write(summary, environment.Error);
            var open = summary.CellCount - summary.Outcomes.Values.Sum();
            if (open > 0)
            {
                environment.Error.WriteLine($"{open} cells have no result yet{(parsed.GetValue(final) ? $"; continue with lt2 submit or lt2 run --run {summary.RunId}" : "")}.");
            }

            if (summary.Outcomes.Count > 0)
            {
                environment.Output.WriteLine($"Report: {ReportVerb.Write(root, summary.RunId)}");
            }

            return open > 0 || summary.HasFailures ? ExitCodes.RunFailed : ExitCodes.Success;
        });
        return command;
    }

    private static void Collect(string root, SubmissionFolder folder, bool final, CommandEnvironment environment, out RunSummary summary)
    {
        var clock = environment.Clock;
        using var runs = RunFolder.Open(root);
        using var store = ResultStore.Open(runs.StorePath, StoreAccess.ReadWrite);
        var record = store.Run(folder.RunId);
        var cells = PlanSession.OfRun(record, folder.Read().DataFolder, environment.Plugins).Cells();
        var attempts = new AttemptFolder(runs.Root, folder.RunId);
        var added = AttemptMerge.Merge(store, folder.RunId, attempts, runs.CheckpointRoot, clock);
        var recorded = store.Cells(folder.RunId);
        var complete = cells.All(cell => recorded.Any(item => item.CellId == cell.Id));
        if (complete || final)
        {
            store.UpdateRunStatus(folder.RunId, complete ? RunStatus.Completed : RunStatus.Interrupted, clock.GetUtcNow());
            folder.MarkCollected(clock);
            attempts.Delete();
        }

        summary = new RunSummary(
            folder.RunId, true, cells.Count, added, recorded.Count(cell => cell.ReusedFromRunId is not null),
            recorded.GroupBy(cell => cell.Outcome).ToDictionary(group => group.Key, group => group.Count()));
    }
}
