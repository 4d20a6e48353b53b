using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Carries out cells one after the other: in this process, or in a worker process.</summary>
internal interface ICellExecutor : IDisposable
{
    /// <summary>Where, as <c>--device</c> names it.</summary>
    string Device { get; }

    /// <summary>Carries a cell out; errors of the cell are outcomes.</summary>
    /// <exception cref="WorkerLostException">The worker process died; the cell may be tried again.</exception>
    CellResult Attempt(CellDefinition cell, CancellationToken cancellation);

    /// <summary>The attempt's result is in the store, or does not count: whatever the attempt left goes.</summary>
    void Settled(CellDefinition cell);
}
