using System.Globalization;
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

    /// <summary>What a reader needs to repeat a figure: libtorch and its origin, threads, precision switches, devices.</summary>
    public static IReadOnlyList<(string Name, string Value)> Describe()
    {
        EnsureLoaded();
        var origin = NativeLibraries.ForeignFolder ?? NativeLibraries.PackagedLibtorch ?? Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "system";
        var cuda = CudaProbe.TryInitialise(out var cudaReason);
        var rows = new List<(string, string)>
        {
            ("TorchSharp", typeof(torch).Assembly.GetName().Version?.ToString() ?? "unknown"),
            ("libtorch", torch.__version__),
            ("libtorch from", origin),
            ("threads", torch.get_num_threads().ToString(CultureInfo.InvariantCulture)),
            ("CUDA", cuda ? "available" : cudaReason),
        };
        if (cuda)
        {
            rows.Add(("TF32 products", torch.backends.cuda.matmul.allow_tf32 ? "on" : "off"));
            rows.Add(("CUDA devices", torch.cuda.device_count().ToString(CultureInfo.InvariantCulture)));
        }
        rows.AddRange(NativeLibraries.Notes.Select(note => ("native loading", note)));
        return rows;
    }
}
