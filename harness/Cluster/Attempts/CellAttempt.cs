using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Cluster.Attempts;

/// <summary>Carries out one cell under its lease and leaves the result as a file; what worker processes and array tasks have in common.</summary>
/// <param name="run">The run.</param>
/// <param name="environment">Facts about this machine.</param>
/// <param name="context">What runners may use.</param>
/// <param name="runners">Who carries out which kind.</param>
/// <param name="folder">Where results go.</param>
/// <param name="attempt">Names this attempt among all of the run.</param>
/// <param name="patience">How long a lease's holder may be silent.</param>
internal sealed class CellAttempt(
    RunRecord run,
    IReadOnlyList<EnvironmentEntry> environment,
    CellContext context,
    IReadOnlyDictionary<Type, ICellRunner> runners,
    AttemptFolder folder,
    string attempt,
    TimeSpan patience)
{
    /// <summary>Carries the cell out, unless another attempt's result lies there already once the lease is ours.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="instead">Gives the result where the cell need not run (a parent failed, too many attempts were lost); else null.</param>
    /// <param name="cancellation">Asks for an orderly end.</param>
    /// <returns>The result's file.</returns>
    /// <exception cref="LeaseLostException">Another attempt took over; nothing was published.</exception>
    public string CarryOut(CellDefinition cell, Func<CellResult?> instead, CancellationToken cancellation)
    {
        using var lease = CellLease.Take(folder.LeasePath(cell.Id), attempt, patience, context.Clock, cancellation);
        if (folder.ResultsOf(cell.Id) is [var there, ..])
        {
            return there;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lease.Lost);
        CellResult result;
        try
        {
            result = instead() ?? new InProcessExecutor(context with { EnsureStillOwned = lease.EnsureHeld }, runners).Attempt(cell, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            lease.EnsureHeld(); // says that the lease is lost
            throw;
        }

        lease.EnsureHeld();
        return folder.Write(run, environment, result, attempt);
    }
}
