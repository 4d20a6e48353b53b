namespace LT2.Eval.Tasks.Contracts;

/// <summary>A mistake a user can mend: what happened, where, what to do.</summary>
public sealed class TaskException : Exception
{
    /// <summary>Creates it from the problems found, all at once.</summary>
    public TaskException(params IReadOnlyList<string> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>Every problem, one message each.</summary>
    public IReadOnlyList<string> Problems { get; }
}
