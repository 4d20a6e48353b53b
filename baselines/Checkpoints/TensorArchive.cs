using static TorchSharp.torch;

namespace LT2.Eval.Models.Checkpoints;

/// <summary>Named tensors of one safetensors file or several shards; each is read when asked for.</summary>
public sealed class TensorArchive
{
    readonly IReadOnlyDictionary<string, TensorInfo> tensors;

    internal TensorArchive(string source, IReadOnlyDictionary<string, TensorInfo> tensors, IReadOnlyDictionary<string, string> metadata) =>
        (Source, this.tensors, Metadata) = (source, tensors, metadata);

    /// <summary>The file or folder it was opened from.</summary>
    public string Source { get; }

    /// <summary>Names, sorted.</summary>
    public IReadOnlyList<string> Names => [.. tensors.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The header's free text fields.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Whether there is such a tensor.</summary>
    public bool Has(string name) => tensors.ContainsKey(name);

    /// <summary>What the header says of a tensor.</summary>
    /// <exception cref="ModelException">There is no such tensor.</exception>
    public TensorInfo Info(string name) => tensors.TryGetValue(name, out var info)
        ? info
        : throw new ModelException($"{Source}: there is no tensor '{name}'.{Definitions.NearestName.Hint(name, tensors.Keys.Take(200))}");

    /// <summary>Reads a tensor, on CPU in its stored type. The caller disposes of it.</summary>
    /// <exception cref="ModelException">There is no such tensor, or the file cannot be read.</exception>
    public Tensor Load(string name)
    {
        var info = Info(name);
        Runtime.TorchRuntime.EnsureLoaded();
        var tensor = empty([.. info.Shape], info.Type);
        try
        {
            using var file = new FileStream(info.File, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            file.Position = info.Start;
            if (info.ByteCount > 0) file.ReadExactly(tensor.bytes);
            return tensor;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            tensor.Dispose();
            throw new ModelException($"{info.File}: tensor '{name}' cannot be read: {error.Message}", error);
        }
    }
}
