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
    static KernelChoice? choice;
    static readonly Lazy<string?> Missing = new(() => NvrtcCompiler.Problem ?? CudaStream.Problem);

    /// <summary>Environment variable that forces either version: one of <c>auto</c>, <c>plain</c>, <c>fused</c>.</summary>
    public const string ChoiceVariable = "LT2_KERNELS";

    /// <summary>Which version runs; the environment's choice at first.</summary>
    /// <exception cref="ModelException">The variable holds something else.</exception>
    public static KernelChoice Choice
    {
        get => choice ??= Parse(Environment.GetEnvironmentVariable(ChoiceVariable));
        set => choice = value;
    }

    /// <summary>False takes the plain operations everywhere: for comparisons.</summary>
    public static bool Enabled
    {
        get => Choice != KernelChoice.Plain;
        set => Choice = value ? KernelChoice.Automatic : KernelChoice.Plain;
    }

    /// <summary>What to write into the environment block.</summary>
    public static string Description => !Enabled ? "plain operations (fused kernels switched off)"
        : Missing.Value is { } missing ? "plain operations: " + missing : "fused kernels for bfloat16 and float32 on CUDA";

    /// <summary>Whether models of this element type run fused kernels on this device, where one serves the shape.</summary>
    public static bool Serve(ComputeDevice device, ScalarType type) =>
        Enabled && device.IsCuda && (type is ScalarType.BFloat16 or ScalarType.Float32) && Missing.Value is null;

    /// <summary>Whether a fused kernel may take this tensor.</summary>
    internal static bool Serves(Tensor x) =>
        Enabled && x.device_type == DeviceType.CUDA && (x.dtype is ScalarType.BFloat16 or ScalarType.Float32) && Missing.Value is null;

    /// <summary>The same for a kernel with conditions of its own.</summary>
    /// <param name="x">Gives device and dtype.</param>
    /// <param name="obstacle">Why it cannot serve, or null.</param>
    /// <param name="operation">Its name in messages.</param>
    /// <exception cref="ModelException">Fused kernels are forced, the tensor lies on CUDA, and this kernel cannot serve it.</exception>
    internal static bool ServesOr(Tensor x, string? obstacle, string operation)
    {
        if (!Enabled || x.device_type != DeviceType.CUDA) return false;
        obstacle ??= Missing.Value;
        if (obstacle is not null && Choice == KernelChoice.Fused)
            throw new ModelException($"No fused kernel for this {operation}: {obstacle}. Unset {ChoiceVariable} (or set it to auto) to run plain operations instead.");
        return obstacle is null;
    }

    static KernelChoice Parse(string? text) => text switch
    {
        null or "" or "auto" => KernelChoice.Automatic,
        "plain" => KernelChoice.Plain,
        "fused" => KernelChoice.Fused,
        _ => throw new ModelException($"{ChoiceVariable} is '{text}'; it must be auto, plain or fused."),
    };

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

    /// <summary>
    /// Elements between the tokens of [B, L, …] whose rows follow one another without gaps between sequences. With a single token the stride of its axis means nothing (a view may give it
    /// any number), and the next token is the next sequence's.
    /// </summary>
    internal static long TokenStride(Tensor x) => x.shape[1] == 1 ? x.stride(0) : x.stride(1);

    /// <summary>Whether [B, L, …] has that form, with every token on a 16-byte boundary if the first is on one.</summary>
    internal static bool TokensFollow(Tensor x) => TokenStride(x) % Vector(x) == 0 && (x.shape[0] == 1 || x.stride(0) == TokenStride(x) * x.shape[1]);

    /// <summary>Rows of the last axis.</summary>
    internal static long Rows(Tensor x) => x.NumberOfElements / x.shape[^1];
}
