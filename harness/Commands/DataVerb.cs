using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Tasks.Data;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 data</c>: data sets: what is here, their licences; bring one.</summary>
internal sealed class DataVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var command = new Command("data", """
            List data sets with their licences, or bring one.

            Example: lt2 data get austen
            """);
        command.Subcommands.Add(List(environment));
        command.Subcommands.Add(Get(environment));
        return command;
    }

    private static Command List(CommandEnvironment environment)
    {
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("list", "What there is, what is here, and under which licence") { data, json };
        command.SetAction(parsed =>
        {
            var all = DatasetCatalogue.List(DataFolder.Resolve(parsed.GetValue(data)));
            if (parsed.GetValue(json))
            {
                environment.Output.WriteLine(JsonSerializer.Serialize(all, JsonOutput.Options));
                return ExitCodes.Success;
            }

            var table = new Table().Border(TableBorder.Minimal).AddColumns("data set", "here", "bytes", "licence", "source", "title");
            foreach (var item in all)
            {
                table.AddRow(
                    Markup.Escape(item.Id), item.IsPresent ? "yes" : "no", HumanNumber.Whole(item.SizeBytes), Markup.Escape(item.Licence), Markup.Escape(item.Source), Markup.Escape(item.Title));
            }

            environment.Tables().Write(table);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Get(CommandEnvironment environment)
    {
        var id = new Argument<string>("name") { Description = "A name of lt2 data list, or OWNER/NAME of the Hugging Face hub (HF_ENDPOINT)." };
        var from = new Option<string[]>("--from") { Description = "Package files you already have, instead of a download.", AllowMultipleArgumentsPerToken = true };
        var data = CommonOptions.Data();
        var command = new Command("get", "Bring a data set: all of it, verified, or nothing") { id, from, data };
        command.SetAction(parsed =>
        {
            using var interrupt = new Interrupt(environment.Error);
            var installer = new DatasetInstaller(DataFolder.Resolve(parsed.GetValue(data)));
            var folder = installer
                .GetAsync(parsed.GetValue(id)!, parsed.GetValue(from), new DirectProgress(environment.Error.WriteLine), interrupt.Token)
                .GetAwaiter().GetResult();
            environment.Output.WriteLine(folder);
            return ExitCodes.Success;
        });
        return command;
    }
}
