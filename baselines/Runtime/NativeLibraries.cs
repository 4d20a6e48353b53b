using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace LT2.Eval.Models.Runtime;

/// <summary>
/// Finds libtorch and TorchSharp's native half where the ordinary load fails: libtorch in the folder that <c>LT2_LIBTORCH</c> names,
/// and <c>libLibTorchSharp.so</c> on systems whose libstdc++ is older than GCC 13's (Debian 12, Ubuntu 22.04), where it does not load as shipped.
/// </summary>
public static class NativeLibraries
{
    /// <summary>Names the folder <c>torch/lib</c> of an installed PyTorch, or of an unpacked libtorch.</summary>
    public const string FolderVariable = "LT2_LIBTORCH";

    const string MissingVersion = "GLIBCXX_3.4.32";
    static readonly string[] CpuOrder = ["libtorch_global_deps.so", "libc10.so", "libtorch_cpu.so", "libtorch.so"];
    static readonly string[] CudaOrder =
        ["libtorch_global_deps.so", "libc10.so", "libc10_cuda.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so"];
    static readonly Lock Gate = new();
    static readonly Dictionary<string, nint> Handles = [];
    static readonly List<string> NoteList = [];
    static readonly List<string> ProblemList = [];
    static bool registered;

    /// <summary>What was done beyond an ordinary load, for <c>doctor</c> and the environment block.</summary>
    public static IReadOnlyList<string> Notes { get { lock (Gate) return [.. NoteList]; } }

    /// <summary>Why loading failed, where it did.</summary>
    public static IReadOnlyList<string> Problems { get { lock (Gate) return [.. ProblemList]; } }

    /// <summary>The folder of <c>LT2_LIBTORCH</c>, or null.</summary>
    public static string? ForeignFolder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : null;

    /// <summary>Answers the loads that fail from now on. Cheap; loads nothing itself. Safe to call more than once.</summary>
    public static void Register()
    {
        lock (Gate)
        {
            if (registered || !OperatingSystem.IsLinux()) return;
            registered = true;
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => Resolve(name);
        }
    }

    /// <summary>A packaged <c>libtorch_cpu.so</c> beside the program or in the package folders, or null: then libtorch comes from elsewhere.</summary>
    public static string? PackagedLibtorch => Find("libtorch_cpu.so", SearchFolders());

    /// <summary>
    /// Why there is no libtorch to load, or null where there is one. Asked before TorchSharp is touched: it would print a page of its own search to standard output.
    /// </summary>
    internal static string? MissingLibtorch()
    {
        const string file = "libtorch_cpu.so";
        if (!OperatingSystem.IsLinux() || PackagedLibtorch is not null) return null;
        if (ForeignFolder is { } folder)
            return File.Exists(Path.Combine(folder, file)) ? null : $"{FolderVariable} is {folder}, where there is no {file}: it must name the folder torch/lib of a PyTorch install.";
        var named = Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") is { Length: > 0 } path ? path : null;
        if (Find(file, named?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? []) is not null || NativeLibrary.TryLoad(file, out _)) return null;
        return $"This build carries no libtorch, and {file} is {(named is null ? "in no system folder" : $"in none of {named} (LD_LIBRARY_PATH)")}. "
            + $"Set LD_LIBRARY_PATH or {FolderVariable} to the folder torch/lib of a PyTorch install, or take the build with libtorch.";
    }

    static nint Resolve(string name)
    {
        var key = name.StartsWith("lib", StringComparison.Ordinal) ? name[3..] : name;
        key = key.EndsWith(".so", StringComparison.Ordinal) ? key[..^3] : key;
        lock (Gate)
        {
            if (Handles.TryGetValue(key, out var known)) return known;
            return key switch
            {
                "LibTorchSharp" => Remember("LibTorchSharp", LoadTorchSharpNative()),
                "torch_cpu" or "torch_cuda" or "torch" or "c10" or "c10_cuda" when ForeignFolder is { } folder => LoadForeign(folder, key),
                _ => 0,
            };
        }
    }

    static nint LoadForeign(string folder, string key)
    {
        foreach (var file in File.Exists(Path.Combine(folder, "libtorch_cuda.so")) ? CudaOrder : CpuOrder)
        {
            var name = file[3..^3];
            if (!Handles.ContainsKey(name)) Remember(name, TryLoad(Path.Combine(folder, file), $"set {FolderVariable} to the folder torch/lib of a PyTorch install"));
        }
        return Handles.GetValueOrDefault(key);
    }

    static nint LoadTorchSharpNative()
    {
        var folders = SearchFolders();
        var file = Find("libLibTorchSharp.so", folders);
        if (file is null)
            return Fail($"libLibTorchSharp.so is in none of {string.Join(", ", folders)}: the package TorchSharp was not restored or not published with the program.");
        if (ForeignFolder is { } foreign) LoadForeign(foreign, "torch");
        else if (PackagedLibtorch is { } cpu)
            foreach (var library in CpuOrder)
                TryLoad(Path.Combine(Path.GetDirectoryName(cpu)!, library), "restore the packages again");
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (DllNotFoundException error) when (error.Message.Contains(MissingVersion, StringComparison.Ordinal))
        {
            return LoadPatchedCopy(file);
        }
        catch (DllNotFoundException error)
        {
            return Fail($"{file} does not load: {error.Message.Trim()}");
        }
    }

    static nint LoadPatchedCopy(string file)
    {
        // A fresh private folder: nobody else can put a library under this name, and nothing stays behind once it is mapped.
        var folder = Directory.CreateTempSubdirectory("lt2-native-");
        try
        {
            var image = File.ReadAllBytes(file);
            if (WeakVersionPatch.Apply(image, MissingVersion) == 0)
                return Fail($"{file} asks for {MissingVersion}, but its version table does not list it.");
            var copy = Path.Combine(folder.FullName, "libLibTorchSharp.so");
            File.WriteAllBytes(copy, image);
            var handle = NativeLibrary.Load(copy);
            NoteList.Add($"this system's libstdc++ lacks {MissingVersion}; loaded a private copy of {file} with that requirement marked weak");
            return handle;
        }
        catch (Exception error) when (error is DllNotFoundException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Fail($"{file} needs {MissingVersion} (libstdc++ of GCC 13), and a private copy without that requirement did not load: {error.Message.Trim()}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static nint TryLoad(string file, string advice)
    {
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (DllNotFoundException error)
        {
            return Fail($"{file} does not load: {error.Message.Trim()}; {advice}.");
        }
    }

    static nint Fail(string problem)
    {
        ProblemList.Add(problem);
        return 0;
    }

    static nint Remember(string name, nint handle)
    {
        if (handle != 0) Handles[name] = handle;
        return handle;
    }

    static string[] SearchFolders() =>
        [.. ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory).Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native")).Distinct()];

    static string? Find(string file, IEnumerable<string> folders) =>
        folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
}
