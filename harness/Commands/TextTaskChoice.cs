using LT2.Eval.Harness.Plans;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Harness.Commands;

/// <summary>A text task as a command line names it.</summary>
/// <param name="TaskId">The task or group.</param>
/// <param name="DocsPath">File of documents; null where they come from a data set.</param>
/// <param name="UsesExamples">Take the documents that come with the task.</param>
/// <param name="Shots">Shots in each prompt.</param>
/// <param name="FewShotDocsPath">File of documents for shots; null where they come from elsewhere.</param>
/// <param name="MaximumNewTokens">Most tokens to generate; null for the task's own limit.</param>
/// <param name="Catalogue">Where the task is looked up.</param>
internal sealed record TextTaskChoice(string TaskId, string? DocsPath, bool UsesExamples, int Shots, string? FewShotDocsPath, int? MaximumNewTokens, TaskCatalogue Catalogue)
{
    /// <summary>A task as it is asked.</summary>
    public TaskDefinition Adapt(TaskDefinition task) => MaximumNewTokens is { } tokens ? task.WithMaximumNewTokens(tokens) : task;

    /// <summary>The file of documents.</summary>
    /// <exception cref="PlanException">None was named.</exception>
    public string RequiredDocsPath => DocsPath ?? throw new PlanException("--docs: name a file of documents, one JSON object a line.");
}
