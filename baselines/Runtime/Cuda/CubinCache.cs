using System.Security.Cryptography;
using System.Text;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// Compiled kernels on disk, found by a hash of source, options, architecture and compiler. A damaged or foreign file is compiled again; a folder that cannot be
/// written costs the compile time of each start and nothing else.
/// </summary>
public sealed class CubinCache(string folder)
{
    /// <summary>Names another folder for compiled kernels.</summary>
    public const string FolderVariable = "LT2_KERNEL_CACHE";

    const string Magic = "LT2CUBIN";

    /// <summary>The user's cache: <c>LT2_KERNEL_CACHE</c>, else <c>lt2/kernels</c> in the XDG cache folder.</summary>
    public static CubinCache Default { get; } = new(
        Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named ? named
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "lt2", "kernels"));

    /// <summary>The machine code of a source, from disk or freshly compiled and kept.</summary>
    public byte[] Get(string source, string name, string architecture, IReadOnlyList<string> options) =>
        Get(source, name, architecture, options, NvrtcCompiler.Description ?? "none", () => NvrtcCompiler.Compile(source, name, architecture, options));

    internal byte[] Get(string source, string name, string architecture, IReadOnlyList<string> options, string compiler, Func<byte[]> compile)
    {
        var key = Key(source, architecture, options, compiler);
        var file = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(name)}-{architecture}-{key}.cubin");
        if (Read(file) is { } known) return known;
        var cubin = compile();
        Write(file, cubin);
        return cubin;
    }

    static string Key(string source, string architecture, IReadOnlyList<string> options, string compiler) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [source, architecture, compiler, .. options]))))[..24];

    static byte[]? Read(string file)
    {
        try
        {
            if (!File.Exists(file)) return null;
            var bytes = File.ReadAllBytes(file);
            var header = Magic.Length + SHA256.HashSizeInBytes;
            if (bytes.Length <= header || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Encoding.ASCII.GetBytes(Magic))) return null;
            var cubin = bytes[header..];
            return SHA256.HashData(cubin).AsSpan().SequenceEqual(bytes.AsSpan(Magic.Length, SHA256.HashSizeInBytes)) ? cubin : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    void Write(string file, byte[] cubin)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Written aside and renamed: another process reads either nothing or the whole file.
            var draft = Path.Combine(folder, Path.GetRandomFileName());
            File.WriteAllBytes(draft, [.. Encoding.ASCII.GetBytes(Magic), .. SHA256.HashData(cubin), .. cubin]);
            File.Move(draft, file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be kept is slower, not wrong.
        }
    }
}
