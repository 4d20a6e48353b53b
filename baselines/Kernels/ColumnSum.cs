using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>Adds the partial gradients that blocks of a kernel left, always in the same order.</summary>
internal static class ColumnSum
{
    internal static void Launch(Tensor partial, Tensor result, long rows, long columns) => Launch(partial, result, rows, columns, add: false);

    /// <summary>A weight's gradient: added to the one that is there, where <paramref name="target"/> says so, and then null; else a tensor of its own.</summary>
    internal static Tensor? Gradient(Tensor partial, Tensor weight, GradientTarget? target, long rows)
    {
        var columns = weight.NumberOfElements;
        if (target is not null)
        {
            using var into = target.Gradient;
            BackwardBranch.Run(partial.device, [partial, into], read => Launch(read[0], read[1], rows, columns, add: true));
            return null;
        }
        var own = BackwardTensors.Keep(empty_like(weight));
        Launch(partial, own, rows, columns, add: false);
        return own;
    }

    static void Launch(Tensor partial, Tensor result, long rows, long columns, bool add) =>
        KernelLibrary.Get(result, "column_sum", "column_sum").Launch((columns + 31) / 32, 1024, partial, result, rows, columns, add ? 1 : 0);
}
