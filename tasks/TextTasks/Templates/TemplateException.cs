namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>A template that cannot be read or rendered; says why and where.</summary>
public sealed class TemplateException(string message) : Exception(message);
