namespace LT2.Eval.Tasks.TextTasks.Definitions;

/// <summary>A field of a definition that names a function of <see cref="Functions.TaskFunctions"/>: <c>!function copa.context</c>.</summary>
public sealed record FunctionReference(string Name);
