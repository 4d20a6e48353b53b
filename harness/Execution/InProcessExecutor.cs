using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Runtime.Cuda;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>Carries cells out in this process and turns what goes wrong in them into outcomes.</summary>
/// <param name="context">What runners may use.</param>
/// <param name="runners">Who carries out which kind.</param>
/// <param name="ownStream">Whether each cell has a CUDA stream of its own, so that executors of several threads run side by side on one GPU.</param>
internal sealed class InProcessExecutor(CellContext context, IReadOnlyDictionary<Type, ICellRunner> runners, bool ownStream = false) : ICellExecutor
{
    /// <inheritdoc />
    public string Device => context.Device.Name;

    /// <inheritdoc />
    public CellResult Attempt(CellDefinition cell, CancellationToken cancellation)
    {
        var started = context.Clock.GetUtcNow();
        try
        {
            using var stream = ownStream ? OwnStream.Take(context.Device) : null;
            return runners[cell.GetType()].Run(cell, context, cancellation);
        }
        catch (Exception error) when (Models.Runtime.OutOfMemory.Is(error))
        {
            return CellResults.WithoutRecords(cell, context, CellOutcome.OutOfMemory, error.Message.Split('\n')[0], started);
        }
        catch (NotSupportedException error)
        {
            return CellResults.WithoutRecords(cell, context, CellOutcome.Unsupported, error.Message, started);
        }
        catch (Exception error) when (error is not (OperationCanceledException or ResultsException or LeaseLostException))
        {
            return CellResults.WithoutRecords(cell, context, CellOutcome.Failed, error is TaskException or Models.ModelException ? error.Message : error.ToString(), started);
        }
    }

    /// <inheritdoc />
    public void Settled(CellDefinition cell)
    {
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }
}
