using System.CommandLine;
using System.Globalization;
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
            Show runs, cells and metrics of the store; without a further word, the runs.

            Example: lt2 results metrics --variant lt2-gdn@tiny --metric acc
            """);
        var output = CommonOptions.Out();
        var json = CommonOptions.Json();
        command.Options.Add(output);
        command.Options.Add(json);
        command.SetAction(parsed => ShowRuns(environment, parsed.GetValue(output)!, parsed.GetValue(json)));
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
        command.SetAction(parsed => ShowRuns(environment, parsed.GetValue(output)!, parsed.GetValue(json)));
        return command;
    }

    private static int ShowRuns(CommandEnvironment environment, string outputRoot, bool json) => Show(
        environment, outputRoot, json, store => store.Runs(), ["run", "plan", "status", "started (UTC)", "build", "commit", "host"],
        run => [run.RunId, run.PlanName, run.Status.ToString().ToLowerInvariant(), run.StartedUtc.ToString("u"), run.BuildId, run.Commit ?? "", run.HostClass]);

    private static Command Cells(CommandEnvironment environment)
    {
        var output = CommonOptions.Out();
        var json = CommonOptions.Json();
        var run = new Argument<string?>("run") { Description = "Run id or its beginning (default: the newest).", Arity = ArgumentArity.ZeroOrOne };
        var kind = new Option<string?>("--kind") { Description = "Only cells of this kind: train, curriculum, convert, score or time." };
        var outcome = new Option<string?>("--outcome") { Description = "Only cells that ended so: finished, diverged, outOfMemory, unsupported, failed or skipped." };
        var command = new Command("cells", "The cells of a run with outcome and reason") { run, kind, outcome, output, json };
        command.SetAction(parsed => Show(
            environment, parsed.GetValue(output)!, parsed.GetValue(json),
            store => Matching(environment, store.Cells(StoredRuns.Choose(store, parsed.GetValue(run)).RunId), [
                new("--kind", parsed.GetValue(kind), cell => StoredName.Of(cell.Kind)), new("--outcome", parsed.GetValue(outcome), cell => StoredName.Of(cell.Outcome))]),
            ["cell", "outcome", "seconds", "title", "reason"],
            cell => [cell.CellId, cell.Outcome.ToString(), HumanNumber.Significant(cell.DurationSeconds), cell.Title, cell.Reason?.Split('\n')[0] ?? (cell.ReusedFromRunId is { } from ? $"reused from {from}" : "")]));
        return command;
    }

    private static Command Metrics(CommandEnvironment environment)
    {
        var output = CommonOptions.Out();
        var json = CommonOptions.Json();
        var run = new Option<string?>("--run") { Description = "Run id or its beginning (default: the newest)." };
        var suite = new Option<string?>("--suite") { Description = "Only this suite." };
        var task = new Option<string?>("--task") { Description = "Only this task." };
        var variant = new Option<string?>("--variant") { Description = "Only this variant." };
        var trained = new Option<int?>("--trained-loops") { Description = "Only models trained at this T." };
        var tested = new Option<int?>("--tested-loops") { Description = "Only this T'." };
        var metric = new Option<string?>("--metric") { Description = "Only this metric." };
        var slices = new Option<bool>("--slices") { Description = "Show slices too." };
        var command = new Command("metrics", "Measured values of a run") { run, suite, task, variant, metric, trained, tested, slices, output, json };
        command.SetAction(parsed => Show(
            environment,
            parsed.GetValue(output)!,
            parsed.GetValue(json),
            store => Matching(environment, [.. store.Metrics(StoredRuns.Choose(store, parsed.GetValue(run)).RunId).Where(item => parsed.GetValue(slices) || item.Key.Slice is null)], [
                new("--suite", parsed.GetValue(suite), item => item.Key.SuiteId), new("--task", parsed.GetValue(task), item => item.Key.TaskId),
                new("--variant", parsed.GetValue(variant), item => item.Key.VariantId), new("--metric", parsed.GetValue(metric), item => item.Key.Metric),
                new("--trained-loops", Text(parsed.GetValue(trained)), item => Text(item.Key.TrainedLoopCount)),
                new("--tested-loops", Text(parsed.GetValue(tested)), item => Text(item.Key.TestedLoopCount)),
            ]),
            ["variant", "T", "T'", "task", "case", "metric", "slice", "value", "± standard error", "unit", "n", "seed"],
            item =>
            [
                item.Key.VariantId, item.Key.TrainedLoopCount?.ToString() ?? "", item.Key.TestedLoopCount?.ToString() ?? "", $"{item.Key.SuiteId}/{item.Key.TaskId}",
                Case(item.Key), item.Key.Metric, item.Key.Slice ?? "",
                HumanNumber.Significant(item.Value), HumanNumber.Significant(item.StandardError), item.Unit, HumanNumber.Whole(item.SampleCount), item.Seed?.ToString() ?? "",
            ]));
        return command;
    }

    // A time's phase is its task; the canary's is what it did at a position.
    private static string Case(SeriesKey key) => key switch
    {
        { SequenceLength: { } length } => $"{length} tokens, batch {key.BatchSize}",
        { Phase: { } phase } when phase != key.TaskId => $"{phase}, {key.CaseParameters}",
        _ => key.CaseParameters,
    };

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    // Filters one after the other, so that a word that lets nothing through is named with the words that would.
    private static IReadOnlyList<T> Matching<T>(CommandEnvironment environment, IReadOnlyList<T> items, IReadOnlyList<ResultsFilter<T>> filters)
    {
        foreach (var filter in filters.Where(filter => filter.Wanted is not null))
        {
            IReadOnlyList<T> left = [.. items.Where(item => string.Equals(filter.Of(item), filter.Wanted, StringComparison.OrdinalIgnoreCase))];
            if (left.Count == 0)
            {
                var known = items.Select(filter.Of).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
                environment.Error.WriteLine($"{filter.Option} {filter.Wanted}: nothing of this run matches. {NearestName.Hint(filter.Wanted!, known)}");
            }

            items = left;
        }

        return items;
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
