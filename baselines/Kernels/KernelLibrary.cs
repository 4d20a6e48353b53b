using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>The kernels of this folder, compiled on first use for a device, an element type and the constants they are built for.</summary>
internal static partial class KernelLibrary
{
    static readonly ConcurrentDictionary<(int Device, string Source, ScalarType Element, string Constants), Lazy<KernelModule>> Modules = new();

    /// <summary>A kernel by source file and name.</summary>
    /// <param name="like">Gives device and element type.</param>
    /// <param name="source">Such as <c>rms_norm</c>.</param>
    /// <param name="kernel">Its <c>extern "C"</c> name.</param>
    /// <param name="constants">Preprocessor constants the source needs.</param>
    internal static KernelFunction Get(Tensor like, string source, string kernel, params ReadOnlySpan<(string Name, long Value)> constants) =>
        Get(like, source, kernel, 0, constants);

    /// <summary>A kernel that needs dynamic shared memory; how much depends on nothing but the constants.</summary>
    internal static KernelFunction Get(Tensor like, string source, string kernel, int sharedBytes, params ReadOnlySpan<(string Name, long Value)> constants)
    {
        var options = new string[constants.Length];
        for (var i = 0; i < options.Length; i++) options[i] = FormattableString.Invariant($"-D{constants[i].Name}={constants[i].Value}");
        var key = (Index(like.device), source, like.dtype, string.Join(' ', options));
        return Modules.GetOrAdd(key, k => new Lazy<KernelModule>(() => KernelModule.Load(k.Device, Source(k.Source), k.Source + ".cu", Options(k.Element, options)))).Value.Function(kernel, sharedBytes);
    }

    internal static IReadOnlyList<string> Options(ScalarType element, IReadOnlyList<string> constants) =>
        [element == ScalarType.BFloat16 ? "-DELEMENT_BF16=1" : "-DELEMENT_BF16=0", .. KernelFunction.IsChecked ? (string[])["-DCHECKED=1"] : [], .. constants];

    /// <summary>The shared part and one source file, with what it includes.</summary>
    internal static string Source(string name) => Read("common.cuh") + Included().Replace(Read(name + ".cu"), match => Read(match.Groups[1].Value));

    internal static int Index(Device device) => Math.Max(device.index, 0);

    static string Read(string file)
    {
        using var stream = typeof(KernelLibrary).Assembly.GetManifestResourceStream("Kernels/" + file)
            ?? throw new InvalidOperationException($"The kernel source {file} is not embedded in this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("^#include \"(.+)\"$", RegexOptions.Multiline)] private static partial Regex Included();
}
