namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>An expression of a template, as a function of its names.</summary>
internal delegate object? Expression(Scope scope);

/// <summary>A value that is not there: printing or using it is an error, asking whether it is defined is not.</summary>
internal sealed record Undefined(string Description);
