using System.Globalization;
using LT2.Eval.Models.Runtime.Cuda;
using TorchSharp;

namespace LT2.Eval.Models.Runtime;

/// <summary>libtorch as this process sees it: loading, threads, seeds, and what to write into the environment block.</summary>
public static class TorchRuntime
{
    static bool loaded;

    /// <summary>Loads libtorch and proves it with a computation.</summary>
    /// <exception cref="ModelException">It does not load; the message has the loader's own reason.</exception>
    public static void EnsureLoaded()
    {
        if (loaded) return;
        NativeLibraries.Register();
        if (NativeLibraries.ForeignFolder is { } folder && NativeLibraries.PackagedLibtorch is { } packaged)
            throw new ModelException($"{NativeLibraries.FolderVariable} is {folder}, but this build carries its own libtorch ({packaged}); two cannot be loaded together. "
                + $"Unset {NativeLibraries.FolderVariable}, or build with -p:Torch=none.");
        if (NativeLibraries.MissingLibtorch() is { } missing) throw new ModelException(missing);
        try
        {
            using var scope = torch.NewDisposeScope();
            var sum = torch.ones(3).sum().item<float>();
            if (sum != 3) throw new ModelException($"libtorch added 1 + 1 + 1 to {sum.ToString(CultureInfo.InvariantCulture)}: the native libraries do not fit together.");
            loaded = true;
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or NotSupportedException)
        {
            var reasons = NativeLibraries.Problems;
            throw new ModelException(reasons.Count > 0 ? reasons
                : [$"libtorch does not load: {(error.InnerException ?? error).Message} Use the default build, or set {NativeLibraries.FolderVariable} (or LD_LIBRARY_PATH) to the folder torch/lib of a PyTorch install."], error);
        }
    }

    /// <summary>Sets how many threads one operation may use. Results on CPU repeat bit for bit only at one thread count.</summary>
    public static void SetThreads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        EnsureLoaded();
        torch.set_num_threads(count);
    }

    /// <summary>Seeds libtorch's generators on every device.</summary>
    public static void Seed(long seed)
    {
        EnsureLoaded();
        torch.random.manual_seed(seed);
    }

    /// <summary>Lets float32 products on CUDA round their inputs to TF32's 10 bits of mantissa, or forbids it; one setting for the whole process.</summary>
    public static void SetTf32(bool allowed)
    {
        EnsureLoaded();
        torch.backends.cuda.matmul.allow_tf32 = allowed;
        torch.backends.cudnn.allow_tf32 = allowed;
    }

    /// <summary>What a reader needs to repeat a figure: libtorch and its origin, threads, precision switches, devices.</summary>
    public static IReadOnlyList<(string Name, string Value)> Describe()
    {
        EnsureLoaded();
        var origin = LibtorchConfiguration.LoadedFrom() ?? NativeLibraries.ForeignFolder ?? NativeLibraries.PackagedLibtorch
            ?? Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "system";
        var own = LibtorchConfiguration.Describe().ToList();
        var cuda = CudaProbe.TryInitialise(out var cudaReason);
        List<(string, string)> rows =
        [
            ("TorchSharp", typeof(torch).Assembly.GetName().Version?.ToString() ?? "unknown"),
            .. own.Any(row => row.Name == "libtorch") ? own : [("libtorch", $"unknown; TorchSharp is built against {torch.__version__}"), .. own],
            ("libtorch from", origin),
            ("threads", torch.get_num_threads().ToString(CultureInfo.InvariantCulture)),
            ("CUDA", cuda ? "available" : $"not available: {CudaAbsence.Describe(cudaReason, required: false).Detail}"),
        ];
        if (cuda)
        {
            rows.Add(("TF32 products", torch.backends.cuda.matmul.allow_tf32 ? "on" : "off"));
            rows.Add(("CUDA devices", torch.cuda.device_count().ToString(CultureInfo.InvariantCulture)));
            rows.AddRange(CudaDeviceFacts.Describe(0));
        }
        rows.AddRange(NativeLibraries.Notes.Select(note => ("native loading", note)));
        return rows;
    }
}
