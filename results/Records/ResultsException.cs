namespace LT2.Eval.Results.Records;

/// <summary>What a user can mend about a store, an export or a comparison: what happened, where, what to do.</summary>
public sealed class ResultsException : Exception
{
    /// <summary>Creates it.</summary>
    /// <param name="code">Kind of problem.</param>
    /// <param name="message">What happened with the actual values, where, and what to do next.</param>
    /// <param name="inner">Cause, where there is one.</param>
    public ResultsException(ResultsProblem code, string message, Exception? inner = null)
        : base($"{CodeText(code)}: {message}", inner) => Problem = code;

    /// <summary>Kind of problem.</summary>
    public ResultsProblem Problem { get; }

    /// <summary>Stable code: <c>LT2E</c> and four digits.</summary>
    public string Code => CodeText(Problem);

    private static string CodeText(ResultsProblem problem) => $"LT2E{(int)problem:0000}";
}
