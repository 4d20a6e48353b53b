namespace LT2.Eval.Harness.Plans;

/// <summary>A mistake in a plan or on the command line: every problem at once, each with place and remedy.</summary>
public sealed class PlanException : Exception
{
    /// <summary>Creates it from the problems found.</summary>
    public PlanException(params IReadOnlyList<string> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>Every problem, one message each.</summary>
    public IReadOnlyList<string> Problems { get; }
}
