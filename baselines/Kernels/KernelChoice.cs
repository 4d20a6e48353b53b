namespace LT2.Eval.Models.Kernels;

/// <summary>Which version of an operation runs on CUDA.</summary>
public enum KernelChoice
{
    /// <summary>The fused kernel where there is one for device, dtype, widths and length; plain operations elsewhere.</summary>
    Automatic,

    /// <summary>Plain operations everywhere: the reference.</summary>
    Plain,

    /// <summary>The fused kernel, and an error where a mixer has one that cannot serve.</summary>
    Fused,
}
