using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>
/// A batch made ready on the host: labelled positions found, so that the device need not wait for their count. Where few positions are labelled they are gathered,
/// padded to a power of two (at least 64) so that few shapes occur; else all positions run through the head.
/// </summary>
/// <param name="Ids">[B, L].</param>
/// <param name="Labels">[n], −100 in padding.</param>
/// <param name="Where">[n] rows of the flattened batch, or null where all positions are taken.</param>
/// <param name="LabelShare">float32 scalar: the weight of its mean loss where it is a micro-batch; null where it is a step's only one.</param>
internal sealed record PreparedBatch(Tensor Ids, Tensor Labels, Tensor? Where, Tensor? LabelShare = null) : IDisposable
{
    internal (long Batch, long Length, long Gathered) Shape => (Ids.shape[0], Ids.shape[1], Where?.shape[0] ?? 0);

    /// <param name="part">The rows; a share of 1 makes a batch without weight.</param>
    /// <param name="pin">In memory that the device can copy from by itself.</param>
    internal static PreparedBatch From(MicroBatch part, bool pin)
    {
        var batch = part.Batch;
        using var scope = NewDisposeScope();
        var ids = batch.InputIds.cpu().contiguous();
        var labels = batch.Labels.cpu().contiguous().flatten();
        var values = MemoryMarshal.Cast<byte, long>(labels.bytes).ToArray(); // an accessor's elements one by one would take longer than a step of a small model
        var labelled = Enumerable.Range(0, values.Length).Where(i => values[i] != TokenBatch.NoLabel).Select(i => (long)i).ToArray();
        if (labelled.Length == 0) throw new ModelException("A training batch has no labels: nothing to learn from.");
        Tensor Kept(Tensor x) => (pin ? x.pin_memory() : x.clone()).DetachFromDisposeScope();
        var share = part.LabelShare == 1 ? null : Kept(tensor((float)part.LabelShare));
        var bucket = Math.Max(64, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(labelled.Length, part.LargestLabelCount)));
        if (2L * bucket > labels.NumberOfElements) return new(Kept(ids), Kept(labels), null, share);
        var padding = bucket - labelled.Length;
        var targets = tensor([.. labelled.Select(i => values[i]), .. Enumerable.Repeat(TokenBatch.NoLabel, padding)]);
        return new(Kept(ids), Kept(targets), Kept(tensor([.. labelled, .. Enumerable.Repeat(0L, padding)])), share);
    }

    public void Dispose()
    {
        Ids.Dispose();
        Labels.Dispose();
        Where?.Dispose();
        LabelShare?.Dispose();
    }
}
