using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Shows a run while it goes on; never stores anything.</summary>
public interface IRunProgress
{
    /// <summary>A line for the person.</summary>
    void Message(string text);

    /// <summary>The run has this many cells, of which some are already done.</summary>
    void Begin(int cellCount, int finishedCount);

    /// <summary>A cell starts.</summary>
    void CellStarted(CellDefinition cell);

    /// <summary>A cell goes on.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="fraction">Share done, 0 to 1.</param>
    /// <param name="detail">Short text, such as the loss.</param>
    void CellProgress(CellDefinition cell, double fraction, string detail);

    /// <summary>The worker process of a cell died; the cell waits for another one.</summary>
    void CellGivenBack(CellDefinition cell, string reason);

    /// <summary>A cell ended.</summary>
    void CellEnded(CellDefinition cell, CellOutcome outcome, string? reason);
}
