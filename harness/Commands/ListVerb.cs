using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Conversion.Distillation;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Tasks.Contracts;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 list</c>: what there is. Loads no libtorch.</summary>
internal sealed class ListVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var command = new Command("list", """
            List suites, tasks, variants, mixers, conversion recipes or plans.

            Example: lt2 list variants
            """);
        command.Subcommands.Add(Listing(environment, "suites", "Task suites", ["suite", "version", "training", "tasks", "description"], () => Suites(environment.Plugins.Suites)));
        command.Subcommands.Add(Listing(environment, "tasks", "Tasks with their parameters and defaults", ["suite", "task", "parameters", "data sets", "title"], () => Tasks(environment.Plugins.Suites)));
        command.Subcommands.Add(Listing(
            environment, "variants", "Models under test", ["variant", "parameters", "GFLOP/token at 1k", "state bytes", "cache bytes/token", "description"], Variants));
        command.Subcommands.Add(Listing(environment, "mixers", "Token mixers", ["mixer", "FLA layer", "summary"], Mixers));
        command.Subcommands.Add(Listing(environment, "conversions", "Shipped conversion recipes", ["recipe", "tokens", "layers that stay full", "description"], Conversions));
        command.Subcommands.Add(Listing(environment, "plans", "Shipped plans", ["plan", "description"], Plans));
        return command;
    }

    private static Command Listing(CommandEnvironment environment, string name, string description, string[] columns, Func<IEnumerable<string[]>> rows)
    {
        var json = CommonOptions.Json();
        var command = new Command(name, description) { json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json))
            {
                var items = rows().Select(row => columns.Zip(row).ToDictionary(pair => JsonName(pair.First), pair => pair.Second));
                environment.Output.WriteLine(JsonSerializer.Serialize(items, JsonOutput.Options));
                return ExitCodes.Success;
            }

            var table = new Table().Border(TableBorder.Minimal);
            foreach (var column in columns)
            {
                table.AddColumn(new TableColumn(column) { NoWrap = columns.Length > 2 && column == columns[0] });
            }

            foreach (var row in rows())
            {
                table.AddRow([.. row.Select(Markup.Escape)]);
            }

            environment.Tables().Write(table);
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary><c>cache bytes/token</c> becomes <c>cacheBytesPerToken</c>.</summary>
    private static string JsonName(string column)
    {
        var words = column.Replace("/", " per ", StringComparison.Ordinal).Split(' ');
        return words[0].ToLowerInvariant() + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static IEnumerable<string[]> Suites(IReadOnlyList<ISuite> suites) => suites.Select(suite => new[]
    {
        suite.Id, HumanNumber.Whole(suite.Version), suite.Training.ToString().ToLowerInvariant(), string.Join(", ", suite.Tasks.Select(task => task.Id)), suite.Description,
    });

    private static IEnumerable<string[]> Tasks(IReadOnlyList<ISuite> suites) => suites.SelectMany(suite => suite.Tasks.Select(task => new[]
    {
        suite.Id, task.Id, string.Join(", ", task.Parameters.Select(pair => $"{pair.Key}={pair.Value}")), string.Join(", ", task.DatasetIds), task.Title,
    }));

    private static IEnumerable<string[]> Variants()
    {
        var catalogue = VariantCatalogue.Load();
        return catalogue.Ids.Select(catalogue.Resolve).Select(model => new[]
        {
            model.VariantId,
            HumanNumber.Whole(ModelShape.ParameterCount(model)),
            HumanNumber.Significant(ModelShape.FlopsPerToken(model, 1024) / 1e9),
            HumanNumber.Whole(ModelShape.StateBytes(model)),
            HumanNumber.Whole(ModelShape.CacheBytesPerToken(model)),
            model.Summary,
        });
    }

    private static IEnumerable<string[]> Mixers() => MixerCatalogue.All.Select(mixer => new[] { mixer.Name, mixer.FlaLayer ?? "", mixer.Summary });

    private static IEnumerable<string[]> Conversions() => ConversionCatalogue.Names.Select(ConversionCatalogue.Load)
        .Select(recipe => new[] { recipe.Name, HumanNumber.Whole(recipe.TotalTokens), recipe.Layers, recipe.Summary });

    private static IEnumerable<string[]> Plans() => PlanCatalogue.Names.Select(name => new[] { name, PlanCatalogue.Load(name).Description });
}
