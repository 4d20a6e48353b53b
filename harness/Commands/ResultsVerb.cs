using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 results</c>: runs, cells and metrics in the terminal.</summary>
internal sealed class ResultsVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var command = new Command("results", """
            Show runs, cells and metrics of the store.

            Example: lt2 results metrics --variant lt2-gdn@tiny --metric acc
            """);
        command.Subcommands.Add(Runs(environment));
        command.Subcommands.Add(Cells(environment));
        command.Subcommands.Add(Metrics(environment));
        return command;
    }

    private static Command Runs(CommandEnvironment environment)
    {
        var output = CommonOptions.Out();
        var json = CommonOptions.Json();
        var command = new Command("runs", "All runs, newest last") { output, json };
        command.SetAction(parsed => Show(environment, parsed.GetValue(output)!, parsed.GetValue(json), store => store.Runs(), ["run", "plan", "status", "started (UTC)", "build", "commit", "host"],
            run => [run.RunId, run.PlanName, run.Status.ToString().ToLowerInvariant(), run.StartedUtc.ToString("u"), run.BuildId, run.Commit ?? "", run.HostClass]));
        return command;
    }

    private static Command Cells(CommandEnvironment environment)
    {
        var output = CommonOptions.Out();
        var json = CommonOptions.Json();
        var run = new Argument<string?>("run") { Description = "Run id or its beginning (default: the newest).", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("cells", "The cells of a run with outcome and reason") { run, output, json };
        command.SetAction(parsed => Show(
            environment, parsed.GetValue(output)!, parsed.GetValue(json), store => store.Cells(StoredRuns.Choose(store, parsed.GetValue(run)).RunId), ["cell", "outcome", "seconds", "title", "reason"],
            cell => [cell.CellId, cell.Outcome.ToString(), HumanNumber.Significant(cell.DurationSeconds), cell.Title, cell.Reason ?? (cell.ReusedFromRunId is { } from ? $"reused from {from}" : "")]));
        return command;
    }

    private static Command Metrics(CommandEnvironment environment)
    {
        var output = CommonOptions.Out();
        var json = CommonOptions.Json();
        var run = new Option<string?>("--run") { Description = "Run id or its beginning (default: the newest)." };
        var suite = new Option<string?>("--suite") { Description = "Only this suite." };
        var variant = new Option<string?>("--variant") { Description = "Only this variant." };
        var metric = new Option<string?>("--metric") { Description = "Only this metric." };
        var slices = new Option<bool>("--slices") { Description = "Show slices too." };
        var command = new Command("metrics", "Measured values of a run") { run, suite, variant, metric, slices, output, json };
        command.SetAction(parsed => Show(
            environment,
            parsed.GetValue(output)!,
            parsed.GetValue(json),
            store => (IReadOnlyList<MetricRecord>)[.. store.Metrics(StoredRuns.Choose(store, parsed.GetValue(run)).RunId).Where(item =>
                (parsed.GetValue(suite) is not { } wantedSuite || item.Key.SuiteId == wantedSuite)
                && (parsed.GetValue(variant) is not { } wantedVariant || item.Key.VariantId == wantedVariant)
                && (parsed.GetValue(metric) is not { } wantedMetric || item.Key.Metric == wantedMetric)
                && (parsed.GetValue(slices) || item.Key.Slice is null))],
            ["variant", "T", "T'", "task", "case", "metric", "slice", "value", "± standard error", "unit", "n", "seed"],
            item =>
            [
                item.Key.VariantId, item.Key.TrainedLoopCount?.ToString() ?? "", item.Key.TestedLoopCount?.ToString() ?? "", $"{item.Key.SuiteId}/{item.Key.TaskId}",
                item.Key.SequenceLength is { } length ? $"{length} tokens, batch {item.Key.BatchSize}" : item.Key.CaseParameters, item.Key.Metric, item.Key.Slice ?? "",
                HumanNumber.Significant(item.Value), HumanNumber.Significant(item.StandardError), item.Unit, HumanNumber.Whole(item.SampleCount), item.Seed?.ToString() ?? "",
            ]));
        return command;
    }

    private static int Show<T>(CommandEnvironment environment, string outputRoot, bool json, Func<ResultStore, IReadOnlyList<T>> read, string[] columns, Func<T, string[]> row)
    {
        using var store = ResultStore.Open(RunFolder.StoreBelow(outputRoot), StoreAccess.ReadOnly);
        var items = read(store);
        if (json)
        {
            environment.Output.WriteLine(JsonSerializer.Serialize(items, JsonOutput.Options));
            return ExitCodes.Success;
        }

        var table = new Table().Border(TableBorder.Minimal).AddColumns(columns);
        foreach (var item in items)
        {
            table.AddRow([.. row(item).Select(Markup.Escape)]);
        }

        environment.Tables().Write(table);
        return ExitCodes.Success;
    }
}
