using System.Runtime.InteropServices;
using TorchSharp;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>One argument of a kernel: a tensor's address, or a number, of whose eight bytes the kernel reads as many as its parameter has; or a tensor map.</summary>
public readonly partial struct KernelArgument
{
    readonly long bits;

    readonly bool elsewhere;

    KernelArgument(long bits, bool elsewhere = false) => (this.bits, this.elsewhere) = (bits, elsewhere);

    /// <summary>The address of the tensor's first element; null stands for no tensor. The caller keeps the tensor alive until the launch is issued.</summary>
    public static implicit operator KernelArgument(torch.Tensor? tensor) => new(tensor is null ? 0 : Address(tensor));

    /// <summary>A 64-bit number.</summary>
    public static implicit operator KernelArgument(long value) => new(value);

    /// <summary>A 32-bit number.</summary>
    public static implicit operator KernelArgument(int value) => new(value);

    /// <summary>A single-precision number.</summary>
    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value));

    /// <summary>A tensor map, which the launch copies.</summary>
    public static implicit operator KernelArgument(TensorMap map) => new(map.Address, elsewhere: true);

    /// <summary>Where the launch finds the value, given where this argument lies.</summary>
    internal static unsafe void* Place(KernelArgument* argument) => argument->elsewhere ? (void*)argument->bits : argument;

    /// <summary>Where the tensor's first element lies, storage offset included.</summary>
    internal static nint Address(torch.Tensor tensor) => THSTensor_data(tensor.Handle);

    [LibraryImport("LibTorchSharp")] private static partial nint THSTensor_data(nint tensor);
}
