using System.CommandLine;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Export;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 export</c>: records of a run in other formats.</summary>
internal sealed class ExportVerb : IVerb
{
    private static readonly string[] Formats = ["csv", "jsonl"];

    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var output = CommonOptions.Out();
        var run = new Option<string?>("--run") { Description = "The run to export (default: the newest)." };
        var format = new Option<string>("--format") { Description = $"One of {string.Join(", ", Formats)}.", DefaultValueFactory = _ => "csv" };
        var to = new Option<string>("--to") { Description = "Folder the files go to.", Required = true };
        var command = new Command("export", """
            Export the records of a run.

            Example: lt2 export --format csv --to exported
            """) { output, run, format, to };
        command.SetAction(parsed =>
        {
            var wanted = parsed.GetValue(format)!;
            using var store = ResultStore.Open(RunFolder.StoreBelow(parsed.GetValue(output)!), StoreAccess.ReadOnly);
            var runId = StoredRuns.Choose(store, parsed.GetValue(run)).RunId;
            var folder = parsed.GetValue(to)!;
            var chosen = wanted switch
            {
                "csv" => ExportFormat.Csv,
                "jsonl" => ExportFormat.JsonLines,
                _ => throw new PlanException($"There is no format '{wanted}'. {NearestName.Hint(wanted, Formats)}"),
            };
            foreach (var file in RunExport.Write(store, runId, folder, chosen))
            {
                environment.Output.WriteLine(file);
            }

            return ExitCodes.Success;
        });
        return command;
    }
}
