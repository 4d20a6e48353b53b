using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// NVIDIA's collective library (libnccl): the one that libtorch has loaded already, the one that <c>LT2_NCCL</c> names, one of the library path, or the one of a
/// PyTorch install beside its libtorch.
/// </summary>
internal sealed unsafe class NcclLibrary
{
    /// <summary>Names the library's file where it is found in none of the usual places.</summary>
    internal const string PathVariable = "LT2_NCCL";

    const string Name = "libnccl.so.2";

    static readonly Lazy<NcclLibrary> Instance = new(() => new NcclLibrary());

    [StructLayout(LayoutKind.Sequential)]
    internal struct UniqueId
    {
        internal fixed byte Bytes[128];
    }

    internal const int Sum = 0, Success = 0;
    internal const int Uint8 = 1, Float32 = 7, Float64 = 8, BFloat16 = 9;

    readonly delegate* unmanaged<int, nint> getErrorString;
    internal readonly delegate* unmanaged<int*, int> GetVersion;
    internal readonly delegate* unmanaged<UniqueId*, int> GetUniqueId;
    internal readonly delegate* unmanaged<nint*, int, UniqueId, int, int> CommInitRank;
    internal readonly delegate* unmanaged<nint, int> CommDestroy;
    internal readonly delegate* unmanaged<nint, int> CommAbort;
    internal readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> AllReduce;
    internal readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> Broadcast;

    NcclLibrary()
    {
        var tried = Candidates().ToList();
        nint library = 0;
        if (!tried.Any(path => NativeLibrary.TryLoad(path, out library)))
        {
            Problem = $"{Name} was found neither by its name nor at {string.Join(", ", tried.Skip(1))}; set {PathVariable} to its path";
            return;
        }
        try
        {
            getErrorString = (delegate* unmanaged<int, nint>)NativeLibrary.GetExport(library, "ncclGetErrorString");
            GetVersion = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "ncclGetVersion");
            GetUniqueId = (delegate* unmanaged<UniqueId*, int>)NativeLibrary.GetExport(library, "ncclGetUniqueId");
            CommInitRank = (delegate* unmanaged<nint*, int, UniqueId, int, int>)NativeLibrary.GetExport(library, "ncclCommInitRank");
            CommDestroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "ncclCommDestroy");
            CommAbort = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "ncclCommAbort");
            AllReduce = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)NativeLibrary.GetExport(library, "ncclAllReduce");
            Broadcast = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)NativeLibrary.GetExport(library, "ncclBroadcast");
        }
        catch (EntryPointNotFoundException error)
        {
            Problem = error.Message;
        }
    }

    internal static NcclLibrary Loaded => Instance.Value;

    /// <summary>Why it cannot be used, or null where it can.</summary>
    internal string? Problem { get; }

    internal void Check(int status, string doing)
    {
        if (status != Success) throw new CudaException($"{doing} failed: NCCL error {status} ({Marshal.PtrToStringUTF8(getErrorString(status))}).", status);
    }

    static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named) yield return named;
        yield return Name; // loaded with libtorch, or on the library path
        var folders = (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Prepend(NativeLibraries.ForeignFolder ?? "").Where(folder => folder.Length > 0);
        foreach (var folder in folders)
            yield return Path.GetFullPath(Path.Combine(folder, "..", "..", "nvidia", "nccl", "lib", Name)); // beside torch/lib in site-packages
    }
}
