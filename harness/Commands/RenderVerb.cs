using System.CommandLine;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Prompts;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 render</c>: a task's prompts as they are sent. Needs no model and no device.</summary>
internal sealed class RenderVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var task = new Option<string?>("--task") { Description = "A text task (lt2 list tasks).", Required = true };
        var chosen = new TextTaskOptionSet(task);
        var json = new Option<bool>("--json") { Description = "Print one JSON document a line for each document." };
        var command = new Command("render", """
            Print a task's prompts as they are sent. The first K documents of --fewshot-docs, in order, are the shots.

            Example: lt2 render --task piqa --docs piqa.jsonl --shots 3 --fewshot-docs piqa-train.jsonl --json
            """) { task, json };
        chosen.AddTo(command, withExamples: false);
        command.SetAction(parsed =>
        {
            var choice = chosen.Read(parsed, environment.Plugins.Tasks);
            var rendered = PromptRenderer.Render(choice.TaskId, choice.RequiredDocsPath, choice.Shots, choice.FewShotDocsPath, choice.Catalogue);

            // Everything is rendered before the first line is printed: a faulty document leaves no half of an output.
            foreach (var document in rendered.ToList())
            {
                environment.Output.Write((parsed.GetValue(json) ? document.ToJson() : Describe(document)) + "\n");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static string Describe(RenderedDocument document)
    {
        var lines = new List<string> { $"document {document.Index}" };
        string? lastContext = null;
        foreach (var request in document.Requests)
        {
            var (context, asked) = request switch
            {
                LogLikelihoodRequest pair => (pair.Context, $"→ continuation: «{pair.Continuation}»"),
                RollingLogLikelihoodRequest rolling => (rolling.Text, "→ the text's own log-likelihood"),
                GenerateUntilRequest generation => (generation.Context, $"→ generate up to {generation.MaximumNewTokens} tokens"),
                _ => throw new InvalidOperationException($"Unknown request {request}."),
            };
            if (context != lastContext)
            {
                lines.Add($"«{context}»");
                lastContext = context;
            }

            lines.Add($"  {asked}");
        }

        if (document.Gold is { } gold)
        {
            lines.Add($"gold: {gold}");
        }

        return string.Join('\n', lines) + "\n";
    }
}
