using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>libtorch's <c>c10::Stream</c>, passed by value: 16 bytes, with the device's type (1 for CUDA), its index and the stream's id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct TorchStream
{
    [FieldOffset(0)] internal sbyte DeviceType;
    [FieldOffset(1)] internal sbyte DeviceIndex;
    [FieldOffset(8)] internal long Id;
}
