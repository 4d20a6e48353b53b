using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime;

/// <summary>Why there is no CUDA device, told apart by what is there: a driver, a libtorch with CUDA, a visible GPU.</summary>
internal static class CudaAbsence
{
    const string Cost = "everything runs on the CPU: no figures of a GPU, no fused kernels, no graphs, and training that is tens to hundreds of times slower";

    /// <summary>As <c>doctor</c> prints it. libtorch must be loaded.</summary>
    /// <param name="reason">What libtorch itself said.</param>
    /// <param name="required">Whether a CUDA device was asked for.</param>
    internal static DeviceCheck Describe(string reason, bool required)
    {
        var (detail, remedy) = Explain(reason);
        return new("CUDA", false, required, detail, Cost, remedy);
    }

    static (string Detail, string Remedy) Explain(string reason)
    {
        if (!NativeLibrary.TryLoad("libcuda.so.1", out _))
            return ("there is no NVIDIA driver (libcuda.so.1 does not load)",
                "run on a host with an NVIDIA GPU; on a cluster ask for one (srun --gres=gpu:1), in a container pass it through (--gpus all)");
        var folder = LibtorchConfiguration.LoadedFrom() ?? "its folder";
        if (!File.Exists(Path.Combine(folder, "libtorch_cuda.so")) && !NativeLibrary.TryLoad("libtorch_cuda.so", out _))
            return ($"the libtorch in {folder} is built for the CPU alone (libtorch_cuda.so is not there)",
                $"build with -p:Torch=cuda, or take the bundle and point {NativeLibraries.FolderVariable} or LD_LIBRARY_PATH at the folder torch/lib of a PyTorch with CUDA");
        var visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES");
        return ($"driver and libtorch are there, but no device answers: {reason}",
            visible is null ? "see what nvidia-smi says; a driver older than this libtorch's CUDA needs an update, or a libtorch of an older CUDA"
                : $"CUDA_VISIBLE_DEVICES is '{visible}': name a GPU that exists, or unset it");
    }
}
