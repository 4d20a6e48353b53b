namespace LT2.Eval.Models;

/// <summary>An error in what a user gave: a definition, a checkpoint, a device. It holds every problem found, not only the first.</summary>
public sealed class ModelException : Exception
{
    /// <summary>One sentence a problem: what happened with actual values, where, and what to do.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>One problem.</summary>
    public ModelException(string problem, Exception? inner = null) : this([problem], inner) { }

    /// <summary>Several problems of one input.</summary>
    public ModelException(IReadOnlyList<string> problems, Exception? inner = null)
        : base(string.Join(Environment.NewLine, problems), inner) => Problems = problems;
}
