namespace LT2.Eval.Harness.Execution;

/// <summary>What a model says about the target ids of one window.</summary>
/// <param name="targets">Number of target ids.</param>
internal sealed class WindowAnswer(int targets)
{
    private readonly double[] logProbabilities = new double[targets];

    /// <summary>Natural-log probability of each target id.</summary>
    public IReadOnlyList<double> LogProbabilities => logProbabilities;

    /// <summary>Whether each target id is the model's first choice.</summary>
    public bool IsGreedy { get; private set; } = true;

    /// <summary>Notes the answer for one target id.</summary>
    public void Add(int index, double logProbability, bool isFirstChoice)
    {
        logProbabilities[index] = logProbability;
        IsGreedy &= isFirstChoice;
    }
}
