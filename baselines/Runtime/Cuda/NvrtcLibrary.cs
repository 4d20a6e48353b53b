using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>CUDA's run-time compiler, wherever it lies: on the library path, beside libtorch, in the wheels of an installed PyTorch, or in a CUDA toolkit.</summary>
internal sealed unsafe class NvrtcLibrary
{
    static readonly Lazy<NvrtcLibrary?> Instance = new(Load);
    static readonly string[] FileNames = ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"];

    internal readonly delegate* unmanaged<int*, int*, int> Version;
    internal readonly delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int> CreateProgram;
    internal readonly delegate* unmanaged<nint*, int> DestroyProgram;
    internal readonly delegate* unmanaged<nint, int, byte**, int> CompileProgram;
    internal readonly delegate* unmanaged<nint, nuint*, int> GetCubinSize;
    internal readonly delegate* unmanaged<nint, byte*, int> GetCubin;
    internal readonly delegate* unmanaged<nint, nuint*, int> GetLogSize;
    internal readonly delegate* unmanaged<nint, byte*, int> GetLog;

    NvrtcLibrary(nint library, string file)
    {
        File = file;
        Version = (delegate* unmanaged<int*, int*, int>)NativeLibrary.GetExport(library, "nvrtcVersion");
        CreateProgram = (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)NativeLibrary.GetExport(library, "nvrtcCreateProgram");
        DestroyProgram = (delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(library, "nvrtcDestroyProgram");
        CompileProgram = (delegate* unmanaged<nint, int, byte**, int>)NativeLibrary.GetExport(library, "nvrtcCompileProgram");
        GetCubinSize = (delegate* unmanaged<nint, nuint*, int>)NativeLibrary.GetExport(library, "nvrtcGetCUBINSize");
        GetCubin = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(library, "nvrtcGetCUBIN");
        GetLogSize = (delegate* unmanaged<nint, nuint*, int>)NativeLibrary.GetExport(library, "nvrtcGetProgramLogSize");
        GetLog = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(library, "nvrtcGetProgramLog");
    }

    /// <summary>The loaded library, or null where there is none.</summary>
    internal static NvrtcLibrary? Found => Instance.Value;

    internal string File { get; }

    /// <summary>Major and minor version, such as 13.0.</summary>
    internal string VersionText
    {
        get
        {
            int major, minor;
            _ = Version(&major, &minor);
            return FormattableString.Invariant($"{major}.{minor}");
        }
    }

    static NvrtcLibrary? Load()
    {
        foreach (var file in FileNames.Concat(Folders().SelectMany(folder => FileNames.Select(name => Path.Combine(folder, name)))))
            if (NativeLibrary.TryLoad(file, out var library)) return new NvrtcLibrary(library, file);
        return null;
    }

    static IEnumerable<string> Folders()
    {
        var libtorch = (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Append(NativeLibraries.ForeignFolder ?? "").Where(folder => folder.Length > 0);
        foreach (var folder in libtorch)
        {
            yield return folder;
            // PyTorch's wheels: site-packages/torch/lib beside site-packages/nvidia/*/lib.
            var nvidia = Path.GetFullPath(Path.Combine(folder, "..", "..", "nvidia"));
            foreach (var part in Directory.Exists(nvidia) ? Directory.GetDirectories(nvidia) : []) yield return Path.Combine(part, "lib");
        }
        yield return "/usr/local/cuda/lib64";
    }
}
