using LT2.Eval.Models.Training.Parallel;

namespace LT2.Eval.Models.Training;

/// <summary>A step's micro-batches as they run.</summary>
/// <typeparam name="T">One of them, made ready.</typeparam>
/// <param name="Parts">In order; at least one.</param>
/// <param name="TokenCount">Tokens of the whole step, those of parts without labels included.</param>
internal sealed record StepBatches<T>(IReadOnlyList<T> Parts, long TokenCount) : IDisposable where T : IDisposable
{
    /// <summary>Asks a source for a step's batch, splits it and makes every part ready; parts outlive the current dispose scope.</summary>
    internal static StepBatches<T> Make(ITokenBatchSource source, int step, StepShare share, Func<MicroBatch, T> prepare)
    {
        using var given = source.GetBatch(step);
        var parts = MicroBatch.Split(given, share);
        if (parts.Count == 0) throw new ModelException($"At step {step} no row of this process's part of the batch has a label. Train with fewer processes.");
        return new([.. parts.Select(prepare)], given.InputIds.NumberOfElements);
    }

    public void Dispose()
    {
        foreach (var part in Parts) part.Dispose();
    }
}
