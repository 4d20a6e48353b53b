using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Chooses between fused kernels and plain tensor operations: kernels serve bfloat16 and float32 on CUDA where NVRTC is there; everything else, and everyone who
/// switches them off, gets the plain version, which is the reference.
/// </summary>
public static class FusedOperations
{
    static readonly Lazy<string?> Missing = new(() => NvrtcCompiler.Problem ?? CudaStream.Problem);

    /// <summary>False takes the plain operations everywhere: for comparisons.</summary>
    public static bool Enabled { get; set; } = true;

    /// <summary>What to write into the environment block.</summary>
    public static string Description => !Enabled ? "plain operations (fused kernels switched off)"
        : Missing.Value is { } missing ? "plain operations: " + missing : "fused kernels for bfloat16 and float32 on CUDA";

    /// <summary>Whether models of this element type run fused kernels on this device, where one serves the shape.</summary>
    public static bool Serve(ComputeDevice device, ScalarType type) =>
        Enabled && device.IsCuda && (type is ScalarType.BFloat16 or ScalarType.Float32) && Missing.Value is null;

    /// <summary>Whether a fused kernel may take this tensor.</summary>
    internal static bool Serves(Tensor x) =>
        Enabled && x.device_type == DeviceType.CUDA && (x.dtype is ScalarType.BFloat16 or ScalarType.Float32) && Missing.Value is null;

    /// <summary>Whether its first element lies on a 16-byte boundary.</summary>
    internal static bool IsAligned(Tensor x) => KernelArgument.Address(x) % 16 == 0;

    /// <summary>Elements in 16 bytes: rows must be a multiple of it.</summary>
    internal static int Vector(Tensor x) => x.dtype == ScalarType.BFloat16 ? 8 : 4;

    /// <summary>Whether gradients will be asked of an operation on these inputs.</summary>
    internal static bool Recorded(params ReadOnlySpan<Tensor?> inputs)
    {
        if (!is_grad_enabled()) return false;
        foreach (var input in inputs)
            if (input is not null && input.requires_grad) return true;
        return false;
    }

    /// <summary>Rows of the last axis.</summary>
    internal static long Rows(Tensor x) => x.NumberOfElements / x.shape[^1];
}
