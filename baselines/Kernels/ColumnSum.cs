using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>Adds the partial gradients that blocks of a kernel left, always in the same order.</summary>
internal static class ColumnSum
{
    internal static void Launch(Tensor partial, Tensor result, long rows, long columns) =>
        KernelLibrary.Get(result, "column_sum", "column_sum").Launch((columns + 31) / 32, 1024, partial, result, rows, columns);
}
