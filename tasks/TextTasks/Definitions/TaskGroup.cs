namespace LT2.Eval.Tasks.TextTasks.Definitions;

/// <summary>Tasks that are reported together, weighted by their number of documents.</summary>
/// <param name="Name">Id of the group.</param>
/// <param name="Tasks">Ids of all tasks in it, those of inner groups included.</param>
/// <param name="Subgroups">Ids of inner groups.</param>
public sealed record TaskGroup(string Name, IReadOnlyList<string> Tasks, IReadOnlyList<string> Subgroups);
