using System.Runtime.InteropServices;
using TorchSharp;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// How Hopper's copy engine reads boxes of 64 × 64 from a bfloat16 tensor of four axes (CUDA driver API, tensor maps): each box arrives as a panel for warpgroup products
/// (warpgroup.cuh), with zeros where the tensor has no elements. Argument of a kernel; dispose of it after the launch.
/// </summary>
public sealed unsafe class TensorMap : IDisposable
{
    const int Bytes = 128, Alignment = 64, BFloat16 = 9, Swizzle128Bytes = 3, Promote256Bytes = 3;
    const uint BoxEdge = 64;
    void* memory;

    /// <summary>A view of the tensor's memory.</summary>
    /// <param name="tensor">Gives the first element, on a 16-byte boundary. The caller keeps it alive until the launch is issued.</param>
    /// <param name="columns">Elements of a row, next to one another.</param>
    /// <param name="heads">Size of the second axis, and elements from one to the next: a multiple of 8, as all strides are.</param>
    /// <param name="rows">The same of the third, which boxes span.</param>
    /// <param name="batch">The same of the last.</param>
    /// <exception cref="CudaException">The driver refuses the view.</exception>
    public TensorMap(torch.Tensor tensor, long columns, (long Size, long Stride) heads, (long Size, long Stride) rows, (long Size, long Stride) batch)
    {
        memory = NativeMemory.AlignedAlloc(Bytes, Alignment);
        var sizes = stackalloc ulong[] { (ulong)columns, (ulong)heads.Size, (ulong)rows.Size, (ulong)batch.Size };
        var strides = stackalloc ulong[] { 2 * (ulong)heads.Stride, 2 * (ulong)rows.Stride, 2 * (ulong)batch.Stride };
        var box = stackalloc uint[] { BoxEdge, 1, BoxEdge, 1 };
        var steps = stackalloc uint[] { 1, 1, 1, 1 };
        var status = CudaDriver.cuTensorMapEncodeTiled(memory, BFloat16, 4, KernelArgument.Address(tensor), sizes, strides, box, steps, 0, Swizzle128Bytes, Promote256Bytes, 0);
        if (status != 0) Dispose();
        CudaDriver.Check(status, $"Describing {batch.Size} × {rows.Size} × {heads.Size} × {columns} elements to the copy engine");
    }

    internal long Address => (long)memory;

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(memory);
        memory = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what nobody disposed of.</summary>
    ~TensorMap() => NativeMemory.AlignedFree(memory);
}
