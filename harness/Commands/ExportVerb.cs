using System.CommandLine;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Export;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Conversion;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Export;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 export</c>: records of a run, or the weights of a model, in other formats.</summary>
internal sealed class ExportVerb : IVerb
{
    private const string Ouro = "ouro", HarnessLayout = "lm-eval", Archive = "archive";

    private static readonly string[] Formats = ["csv", "jsonl", HarnessLayout, Archive, Ouro];

    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var output = CommonOptions.Out();
        var run = new Option<string?>("--run") { Description = "The run to export (default: the newest)." };
        var format = new Option<string>("--format") { Description = $"One of {string.Join(", ", Formats)}; {HarnessLayout}: text tasks in lm-evaluation-harness's layout, a model for each variant, seed and loop count; {Archive}: PLAN{RunArchive.Extension}, one small file that lt2 merge and lt2 report --records read, also of a run that is not complete.", DefaultValueFactory = _ => "csv" };
        var to = new Option<string>("--to") { Description = "Folder the files go to.", Required = true };
        var data = CommonOptions.Data();
        var most = new Option<double>("--most-megabytes") { Description = $"For --format {Archive}: its largest size; samples that do not fit are left out.", DefaultValueFactory = _ => 5 };
        var checkpoint = new Option<string?>("--checkpoint") { Description = $"For --format {Ouro}: the checkpoint folder whose weights are written." };
        var variant = new Option<string?>("--variant") { Description = $"For --format {Ouro}, instead of --checkpoint: a variant with random weights (such as ouro@ouro-1.4b)." };
        var seed = new Option<long>("--seed") { Description = "Seed of random weights.", DefaultValueFactory = _ => 1 };
        var dtype = new Option<string>("--dtype") { Description = "Element type of random weights.", DefaultValueFactory = _ => "bfloat16" };
        var shard = new Option<double?>("--shard-gigabytes") { Description = $"For --format {Ouro}: begin a further file when one would grow beyond this (default: one file)." };
        var command = new Command("export", $"""
            Export the records of a run, or a model in Ouro's published format (config.json and safetensors, single or sharded).

            Examples:
              lt2 export --format csv --to exported
              lt2 export --run 20260301T02 --format {HarnessLayout} --to exported
              lt2 export --format {Ouro} --checkpoint my-ouro --to my-ouro-hf --shard-gigabytes 5
            """) { output, run, format, to, most, checkpoint, variant, seed, dtype, shard, data };
        command.SetAction(parsed =>
        {
            var wanted = parsed.GetValue(format)!;
            if (wanted == Ouro)
            {
                long? limit = parsed.GetValue(shard) is { } gigabytes ? (long)(gigabytes * 1e9) : null;
                return Write(parsed.GetValue(checkpoint), parsed.GetValue(variant), parsed.GetValue(to)!, parsed.GetValue(seed), parsed.GetValue(dtype)!, limit, environment.Output);
            }

            using var store = ResultStore.Open(RunFolder.StoreBelow(parsed.GetValue(output)!), StoreAccess.ReadOnly);
            var chosen = StoredRuns.Choose(store, parsed.GetValue(run));
            var (runId, folder) = (chosen.RunId, parsed.GetValue(to)!);
            var files = wanted switch
            {
                "csv" => RunExport.Write(store, runId, folder, ExportFormat.Csv),
                "jsonl" => RunExport.Write(store, runId, folder, ExportFormat.JsonLines),
                HarnessLayout => HarnessLayoutExport.Write(
                    store, runId, PlanSession.OfStored(store.Run(runId).PlanText, parsed.GetValue(data), environment.Plugins), folder, environment.Error.WriteLine),
                Archive => [ArchiveText.Write(store, runId, Path.Combine(folder, chosen.PlanName + RunArchive.Extension), parsed.GetValue(most), environment.Error)],
                _ => throw new PlanException($"There is no format '{wanted}'. {NearestName.Hint(wanted, Formats)}"),
            };
            foreach (var file in files)
            {
                environment.Output.WriteLine(file);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static int Write(string? checkpoint, string? variant, string folder, long seed, string dtype, long? shardBytes, TextWriter output)
    {
        switch (checkpoint, variant)
        {
            case ({ } path, null):
                OuroExporter.Export(path, folder, shardBytes);
                break;
            case (null, { } id):
                OuroExporter.ExportRandom(VariantCatalogue.Load().Resolve(id), seed, Dtypes.Use(dtype, ComputeDevice.Cpu), folder, shardBytes);
                break;
            default:
                throw new PlanException($"--format {Ouro} needs either --checkpoint FOLDER or --variant NAME@SCALE.");
        }

        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            output.WriteLine(file);
        }

        return ExitCodes.Success;
    }
}
