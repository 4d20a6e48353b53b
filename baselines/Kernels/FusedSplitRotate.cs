using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Splits packed projections [B, L, (HQ + 2H) D] into rotated q [B, L, HQ, D] and k [B, L, H, D] and plain v [B, L, H, D], dense, in one kernel; backward brings three
/// gradients of any layout back into one packed one.
/// </summary>
public sealed class FusedSplitRotate : autograd.MultiTensorFunction<FusedSplitRotate>
{
    /// <inheritdoc/>
    public override string Name => "fused_split_rotate";

    /// <summary>Runs it.</summary>
    /// <param name="packed">[B, L, ≥ (HQ + 2H) D]; the first so many columns are used. With gradients exactly so many.</param>
    /// <param name="table">[positions, D/2, 2] cosine and sine, float32.</param>
    /// <param name="offsets">[B] int64, the position of each row's first token, or null for 0.</param>
    /// <param name="queryHeads">HQ.</param>
    /// <param name="keyHeads">H.</param>
    /// <param name="adjacentPairs">Which elements form a pair.</param>
    public static (Tensor Q, Tensor K, Tensor V) Apply(Tensor packed, Tensor table, Tensor? offsets, int queryHeads, int keyHeads, bool adjacentPairs)
    {
        packed = packed.contiguous();
        var parts = FusedOperations.Recorded(packed) ? apply(packed, table, offsets!, queryHeads, keyHeads, adjacentPairs) : Run(packed, table, offsets, queryHeads, keyHeads, adjacentPairs);
        return (parts[0], parts[1], parts[2]);
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (table, offsets) = ((Tensor)vars[1], vars[2] as Tensor);
        ctx.save_for_backward(offsets is null ? [table] : [table, offsets]);
        ctx.save_data("heads", ((int)vars[3], (int)vars[4], (bool)vars[5]));
        return Run((Tensor)vars[0], table, offsets, (int)vars[3], (int)vars[4], (bool)vars[5]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (queryHeads, keyHeads, adjacent) = ((int, int, bool))ctx.get_data("heads");
        var parts = gradients.Select(gradient => gradient.stride(3) == 1 ? gradient : gradient.contiguous()).ToArray();
        var (batch, length, width) = (parts[0].shape[0], parts[0].shape[1], parts[0].shape[3]);
        var dpacked = BackwardTensors.Keep(empty([batch, length, (queryHeads + 2 * keyHeads) * width], parts[0].dtype, parts[0].device));
        var tokens = batch * length;
        var vector = parts.All(part => FusedOperations.IsAligned(part) && Enumerable.Range(0, 3).All(axis => part.stride(axis) % FusedOperations.Vector(part) == 0));
        var (kernel, units) = Kernel(parts[0], "split_rotate_backward", width, adjacent, vector);
        kernel.Launch((tokens * (queryHeads + 2 * keyHeads) * units + 255) / 256, 256,
            [parts[0], parts[1], parts[2], saved[0], saved.Count > 1 ? saved[1] : null, dpacked, tokens, length, queryHeads, keyHeads, .. HeadRows.Strides(parts)]);
        foreach (var gradient in gradients) gradient.Dispose();
        return [dpacked, null!, null!, null!, null!, null!];
    }

    static List<Tensor> Run(Tensor packed, Tensor table, Tensor? offsets, int queryHeads, int keyHeads, bool adjacent)
    {
        var (batch, length, stride) = (packed.shape[0], packed.shape[1], packed.shape[2]);
        var width = table.shape[1] * 2;
        var q = empty([batch, length, queryHeads, width], packed.dtype, packed.device);
        var k = empty([batch, length, keyHeads, width], packed.dtype, packed.device);
        var v = empty_like(k);
        var tokens = batch * length;
        var (kernel, units) = Kernel(packed, "split_rotate", width, adjacent, FusedOperations.IsAligned(packed) && stride % FusedOperations.Vector(packed) == 0);
        kernel.Launch((tokens * (queryHeads + 2 * keyHeads) * units + 255) / 256, 256, packed, table, offsets, q, k, v, tokens, length, stride, queryHeads, keyHeads);
        return [q, k, v];
    }

    /// <summary>The kernel, and how many of its threads share a head.</summary>
    static (KernelFunction, long) Kernel(Tensor like, string name, long width, bool adjacent, bool aligned)
    {
        var count = FusedOperations.Vector(like);
        var vector = aligned && width % (2 * count) == 0;
        return (KernelLibrary.Get(like, "rotary", name, ("WIDTH", width), ("ADJACENT", adjacent ? 1 : 0), ("VECTOR", vector ? 1 : 0)), width / 2 / (vector ? count : 1));
    }
}
