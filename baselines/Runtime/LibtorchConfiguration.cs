using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LT2.Eval.Models.Runtime;

/// <summary>
/// What the loaded libtorch says of itself: its own version (TorchSharp reports the one it was built against, whatever is loaded), CPU kernels, CUDA and cuDNN.
/// The text comes from libtorch's C++ function behind Python's <c>torch.__config__.show()</c>.
/// </summary>
internal static unsafe class LibtorchConfiguration
{
    const string Export = "_ZN2at11show_configB5cxx11Ev";
    static readonly Lazy<string?> Text = new(Read);

    /// <summary>Name and value of what is known; libtorch must be loaded. Empty where this libtorch does not export the function.</summary>
    internal static IEnumerable<(string Name, string Value)> Describe()
    {
        if (Text.Value is not { } text) yield break;
        if (After(text, "TORCH_VERSION=") is { } version) yield return ("libtorch", version);
        if (After(text, "CPU capability usage: ") is { } capability) yield return ("libtorch CPU kernels", capability);
        if (After(text, "CUDA Runtime ") is { } runtime) yield return ("CUDA runtime", runtime);
        if (After(text, "CuDNN ") is { } cudnn) yield return ("cuDNN", CudnnVersion(cudnn));
    }

    /// <summary>
    /// libtorch reads cuDNN's number as major · 1000 + minor · 100 + patch; since version 9 it is major · 10,000 + minor · 100 + patch, so 91900 is 9.19.0 and comes
    /// out as <c>91.9</c>. No version before 9 reaches 10 when read the old way.
    /// </summary>
    /// <param name="text">The version as libtorch writes it: <c>91.9</c>, <c>90.1</c>, <c>8.9.7</c>; a patch of 0 is left out.</param>
    internal static string CudnnVersion(string text)
    {
        var parts = text.Split('.').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        if (parts.Length is < 2 or > 3 || parts.Contains(-1) || parts[0] < 10) return text;
        var number = (parts[0] * 1000) + (parts[1] * 100) + (parts.Length == 3 ? parts[2] : 0);
        return string.Create(CultureInfo.InvariantCulture, $"{number / 10_000}.{number / 100 % 100}.{number % 100}");
    }

    /// <summary>The path that <c>libtorch_cpu.so</c> was mapped from, or null where the kernel does not tell.</summary>
    internal static string? LoadedFrom()
    {
        const string file = "/libtorch_cpu.so";
        try
        {
            return File.ReadLines("/proc/self/maps").FirstOrDefault(line => line.EndsWith(file, StringComparison.Ordinal)) is { } line
                ? line[line.IndexOf('/', StringComparison.Ordinal)..^file.Length] : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static string? After(string text, string sign)
    {
        var start = text.IndexOf(sign, StringComparison.Ordinal);
        if (start < 0) return null;
        var rest = text.AsSpan(start + sign.Length);
        var end = rest.IndexOfAny(",\n ");
        return (end < 0 ? rest : rest[..end]).ToString();
    }

    static string? Read()
    {
        if (!OperatingSystem.IsLinux() || LoadedFrom() is not { } folder || !NativeLibrary.TryLoad(Path.Combine(folder, "libtorch_cpu.so"), out var library)
            || !NativeLibrary.TryGetExport(library, Export, out var address)) return null;
        // A std::string is returned through a hidden first argument: pointer, length, 16 bytes of its own. One call a process, so its memory is left to the process.
        var result = stackalloc byte[32];
        ((delegate* unmanaged<byte*, byte*>)address)(result);
        return Encoding.UTF8.GetString(*(byte**)result, (int)*(nint*)(result + sizeof(nint)));
    }
}
