using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Carries out one kind of cell.</summary>
public interface ICellRunner
{
    /// <summary>Carries the cell out and returns everything it leaves behind; outcomes such as divergence are results, not exceptions.</summary>
    CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation);
}
