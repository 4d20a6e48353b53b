using LT2.Eval.Models.Training.Parallel;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>What one forward and backward pass of a step reads: some rows of the step's batch.</summary>
/// <param name="Batch">The rows.</param>
/// <param name="LabelShare">Its labelled tokens over the step's: the weight with which mean losses of the parts add up to the mean over the whole batch.</param>
/// <param name="LargestLabelCount">Most labelled tokens of any part of the step, so that all of them can be given one shape; 0 where there is one part.</param>
internal sealed record MicroBatch(TokenBatch Batch, double LabelShare, long LargestLabelCount = 0) : IDisposable
{
    /// <summary>Splits a batch by rows. Parts without any label are left out: they teach nothing.</summary>
    /// <param name="batch">Stays the caller's; on the host where it is split, since labels are counted.</param>
    /// <param name="share">How many parts, of which some are wanted; the batch's rows must be a multiple of all.</param>
    /// <exception cref="ModelException">Rows that do not divide, or no label at all.</exception>
    internal static IReadOnlyList<MicroBatch> Split(TokenBatch batch, StepShare share)
    {
        var count = share.PartCount;
        if (count == 1) return [new(new(batch.InputIds.alias(), batch.Labels.alias()), 1)];
        var rows = batch.InputIds.shape[0];
        if (rows % count != 0)
            throw new ModelException($"A batch of {rows} rows cannot be split into {count} micro-batches of equal size. Give a batchSize that is a multiple of gradientAccumulationSteps.");
        using var scope = NewDisposeScope();
        var labelled = batch.Labels.ne(TokenBatch.NoLabel).view(count, -1).sum(1).cpu().data<long>().ToArray();
        var all = labelled.Sum();
        if (all == 0) throw new ModelException("A training batch has no labels: nothing to learn from.");
        var each = rows / count;
        return [.. Enumerable.Range(share.First, share.Count).Where(part => labelled[part] > 0).Select(part => new MicroBatch(
            new(batch.InputIds.narrow(0, part * each, each).MoveToOuterDisposeScope(), batch.Labels.narrow(0, part * each, each).MoveToOuterDisposeScope()),
            (double)labelled[part] / all, labelled.Max()))];
    }

    public void Dispose() => Batch.Dispose();
}
