using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Cluster.Submissions;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Store;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 status</c>: how a submitted plan goes.</summary>
internal sealed class StatusVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var run = new Argument<string?>("run") { Description = "The submitted run (default: the newest).", Arity = ArgumentArity.ZeroOrOne };
        var output = CommonOptions.Out();
        var json = CommonOptions.Json();
        var command = new Command("status", """
            Show how a submitted plan goes: its jobs as Slurm sees them, its cells as their results say.

            Example: lt2 status
            """) { run, output, json };
        command.SetAction(parsed =>
        {
            var root = parsed.GetValue(output)!;
            var folder = SubmissionFolder.Choose(RunFolder.RunsIn(root), parsed.GetValue(run));
            using var store = ResultStore.Open(RunFolder.StoreBelow(root), StoreAccess.ReadOnly);
            var status = SubmissionStatus.Read(folder, RunFolder.RunsIn(root), store);
            if (parsed.GetValue(json))
            {
                environment.Output.WriteLine(JsonSerializer.Serialize(status, JsonOutput.Options));
                return ExitCodes.Success;
            }

            environment.Output.WriteLine($"Run {status.RunId} of plan {status.PlanName}: {status.State}. Logs: {folder.Logs}");
            var table = new Table().Border(TableBorder.Minimal).AddColumns("job", "id", "tasks", "Slurm", "cells", "finished", "other outcomes", "under way or lost");
            foreach (var stage in status.Stages)
            {
                table.AddRow([.. ((string[])[
                    stage.Name, stage.Job ?? "", HumanNumber.Whole(stage.TaskCount), stage.Slurm, HumanNumber.Whole(stage.CellCount), HumanNumber.Whole(stage.FinishedCount),
                    stage.OtherOutcomes, HumanNumber.Whole(stage.BegunWithoutResult)]).Select(Markup.Escape)]);
            }

            environment.Tables().Write(table);
            return ExitCodes.Success;
        });
        return command;
    }
}
