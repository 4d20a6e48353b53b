using System.CommandLine;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Harness.Commands;

/// <summary>The options by which a verb names a text task and its shots.</summary>
/// <param name="task">The option that names the task.</param>
internal sealed class TextTaskOptionSet(Option<string?> task)
{
    private readonly Option<string?> docs = new("--docs") { Description = "JSON lines: the documents, in the data set's schema." };

    private readonly Option<int> shots = new("--shots") { Description = "Shots in each prompt." };

    private readonly Option<string?> fewShotDocs = new("--fewshot-docs") { Description = "JSON lines: the documents that shots are taken from." };

    private readonly Option<string?> taskFolder = CreateFolder();

    /// <summary>The option that names a folder of task definitions.</summary>
    public static Option<string?> CreateFolder() => new("--tasks") { Description = "Folder of YAML task definitions of your own, beside those that come along." };

    public void AddTo(Command command)
    {
        command.Options.Add(docs);
        command.Options.Add(shots);
        command.Options.Add(fewShotDocs);
        command.Options.Add(taskFolder);
    }

    /// <summary>Every task there is.</summary>
    public static TaskCatalogue Catalogue(string? folder) => folder is null ? TaskCatalogue.BuiltIn : TaskCatalogue.BuiltIn.WithFolder(folder);

    /// <summary>What was typed.</summary>
    public TextTaskChoice Read(ParseResult parsed)
    {
        if (parsed.GetValue(shots) < 0)
        {
            throw new PlanException($"--shots {parsed.GetValue(shots)}: the number of shots cannot be negative.");
        }

        return new TextTaskChoice(
            parsed.GetValue(task) ?? throw new PlanException("--task: name a text task (lt2 list tasks)."),
            parsed.GetValue(docs),
            parsed.GetValue(shots),
            parsed.GetValue(fewShotDocs),
            Catalogue(parsed.GetValue(taskFolder)));
    }
}
