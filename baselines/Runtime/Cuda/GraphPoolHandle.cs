using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>libtorch's <c>MempoolId_t</c>; zeros stand for a pool of the graph's own.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct GraphPoolHandle
{
    internal readonly ulong First, Second;
}
