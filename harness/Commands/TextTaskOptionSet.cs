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

    private readonly Option<int?> newTokens = new("--max-new-tokens") { Description = "Most tokens to generate, for models that read too little for the task's own limit (TriviaQA: 256)." };

    private readonly Option<bool> examples = new("--examples") { Description = "The few documents that come with the task, instead of its data set." };

    /// <param name="command">The verb.</param>
    /// <param name="withExamples">Whether the verb can take the task's own documents.</param>
    public void AddTo(Command command, bool withExamples)
    {
        if (withExamples)
        {
            command.Options.Add(examples);
            command.Options.Add(newTokens);
        }

        command.Options.Add(docs);
        command.Options.Add(shots);
        command.Options.Add(fewShotDocs);
    }

    /// <summary>What was typed.</summary>
    public TextTaskChoice Read(ParseResult parsed, TaskCatalogue catalogue)
    {
        if (parsed.GetValue(shots) < 0)
        {
            throw new PlanException($"--shots {parsed.GetValue(shots)}: the number of shots cannot be negative.");
        }

        if (parsed.GetValue(newTokens) < 1)
        {
            throw new PlanException($"--max-new-tokens {parsed.GetValue(newTokens)}: at least one token must be generated.");
        }

        if (parsed.GetValue(examples) && parsed.GetValue(docs) is not null)
        {
            throw new PlanException("--docs and --examples both say which documents to take: name one.");
        }

        return new TextTaskChoice(
            parsed.GetValue(task) ?? throw new PlanException("--task: name a text task (lt2 list tasks)."),
            parsed.GetValue(docs),
            parsed.GetValue(examples),
            parsed.GetValue(shots),
            parsed.GetValue(fewShotDocs),
            parsed.GetValue(newTokens),
            catalogue);
    }
}
