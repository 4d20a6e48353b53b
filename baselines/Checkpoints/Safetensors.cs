using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Checkpoints;

/// <summary>
/// The safetensors format: 8 bytes of header length, a JSON header (name → dtype, shape, data_offsets), the data, little-endian.
/// Sharded models have <c>model.safetensors.index.json</c> with a <c>weight_map</c>. Pickles are refused.
/// </summary>
public static class Safetensors
{
    const long HeaderLimitBytes = 100_000_000;

    static readonly Dictionary<string, (ScalarType Type, int Bytes)> Types = new(StringComparer.Ordinal)
    {
        ["F64"] = (ScalarType.Float64, 8), ["F32"] = (ScalarType.Float32, 4), ["F16"] = (ScalarType.Float16, 2), ["BF16"] = (ScalarType.BFloat16, 2),
        ["I64"] = (ScalarType.Int64, 8), ["I32"] = (ScalarType.Int32, 4), ["U8"] = (ScalarType.Byte, 1), ["BOOL"] = (ScalarType.Bool, 1),
    };

    /// <summary>Opens a file, a folder with <c>model.safetensors</c> or an index beside its shards, or an index.</summary>
    /// <exception cref="ModelException">Nothing there, a pickle, or a damaged file: every problem found.</exception>
    public static TensorArchive Read(string path)
    {
        if (Directory.Exists(path))
        {
            var single = Path.Combine(path, "model.safetensors");
            var index = single + ".index.json";
            if (File.Exists(index)) return ReadIndex(index);
            if (File.Exists(single)) return ReadFiles(path, [single]);
            if (Directory.GetFiles(path, "*.safetensors") is { Length: 1 } only) return ReadFiles(path, only);
            throw new ModelException(Directory.GetFiles(path).FirstOrDefault(IsPickleName) is { } pickle
                ? PickleRefusal(pickle)
                : $"{path}: neither model.safetensors nor model.safetensors.index.json is there.");
        }
        if (!File.Exists(path)) throw new ModelException($"{path}: there is no such file or folder.");
        return path.EndsWith(".index.json", StringComparison.Ordinal) ? ReadIndex(path) : ReadFiles(path, [path]);
    }

    /// <summary>Writes tensors to a file that appears whole or not at all.</summary>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        WriteStreamed(path, [.. tensors.Select(pair => new TensorSource(pair.Name, pair.Tensor.dtype, pair.Tensor.shape, () => pair.Tensor.detach()))], metadata);

    /// <summary>Writes tensors one after another, each made when its turn comes, to a file that appears whole or not at all.</summary>
    /// <exception cref="ModelException">A type that such files do not hold, or a source that makes another shape than it promised.</exception>
    public static void WriteStreamed(string path, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = new JsonObject();
        if (metadata is { Count: > 0 })
            header["__metadata__"] = new JsonObject(metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        long offset = 0;
        foreach (var tensor in tensors)
        {
            var type = Types.FirstOrDefault(pair => pair.Value.Type == tensor.Type);
            if (type.Key is null) throw new ModelException($"{path}: tensor '{tensor.Name}' has type {tensor.Type}, which safetensors files here do not hold.");
            var end = offset + tensor.Shape.Aggregate((long)type.Value.Bytes, (product, side) => product * side);
            header[tensor.Name] = new JsonObject
            {
                ["dtype"] = type.Key,
                ["shape"] = new JsonArray([.. tensor.Shape.Select(side => (JsonNode)side)]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = (json.Length + 7) / 8 * 8;
        AtomicFile.Write(path, file =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, padded);
            file.Write(length);
            file.Write(json);
            for (var i = json.Length; i < padded; i++) file.WriteByte((byte)' ');
            foreach (var source in tensors)
            {
                using var scope = NewDisposeScope();
                var tensor = source.Load();
                if (!tensor.shape.SequenceEqual(source.Shape))
                    throw new ModelException($"{path}: tensor '{source.Name}' came as [{string.Join(", ", tensor.shape)}], but was announced as [{string.Join(", ", source.Shape)}].");
                file.Write(tensor.cpu().to(source.Type).contiguous().bytes);
            }
        });
    }

    static TensorArchive ReadIndex(string index)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(index))!;
        Dictionary<string, string> map;
        try
        {
            map = JsonNode.Parse(File.ReadAllText(index))?["weight_map"]?.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!)
                ?? throw new ModelException($"{index}: weight_map is absent.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ModelException($"{index}: not an index of shards: {error.Message}", error);
        }
        if (map.Values.FirstOrDefault(file => Path.GetFileName(file) != file) is { } outside) throw new ModelException($"{index}: the shard '{outside}' is not a plain file name.");
        var archive = ReadFiles(index, [.. map.Values.Distinct().Order(StringComparer.Ordinal).Select(file => Path.Combine(folder, file))]);
        var lost = map.Keys.Where(name => !archive.Has(name)).ToArray();
        return lost.Length == 0 ? archive : throw new ModelException([.. lost.Select(name => $"{index}: tensor '{name}' is listed in {map[name]}, but is not there.")]);
    }

    static TensorArchive ReadFiles(string source, string[] files)
    {
        var tensors = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var file in files)
        {
            try
            {
                ReadHeader(file, tensors, metadata, problems);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{file}: cannot be read: {error.Message}");
            }
        }
        return problems.Count == 0 ? new TensorArchive(source, tensors, metadata) : throw new ModelException(problems);
    }

    static void ReadHeader(string path, Dictionary<string, TensorInfo> tensors, Dictionary<string, string> metadata, List<string> problems)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> start = stackalloc byte[8];
        var got = file.ReadAtLeast(start, 8, throwOnEndOfStream: false);
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(start);
        var plausible = got == 8 && headerLength is > 0 and <= HeaderLimitBytes && 8 + headerLength <= file.Length;

        // One header length in 256 begins with a pickle's first byte, so that byte alone says nothing.
        if (!plausible && got > 0 && (start[0] == 0x80 || start[..4].SequenceEqual("PK\u0003\u0004"u8)))
        {
            problems.Add(PickleRefusal(path));
            return;
        }
        if (got < 8)
        {
            problems.Add($"{path}: holds {file.Length} bytes, too few for a safetensors header; it was cut off.");
            return;
        }
        if (!plausible)
        {
            problems.Add($"{path}: claims a header of {headerLength} bytes in a file of {file.Length}; it is cut off, or not a safetensors file.");
            return;
        }
        var json = new byte[headerLength];
        file.ReadExactly(json);
        try
        {
            var (here, sound) = (new List<TensorInfo>(), problems.Count);
            foreach (var (name, value) in JsonNode.Parse(json) as JsonObject ?? throw new JsonException("it is no object."))
            {
                if (name == "__metadata__") ReadMetadata(value, path, metadata, problems);
                else if (Describe(name, value, path, 8 + headerLength, file.Length, problems) is { } info)
                {
                    here.Add(info);
                    if (!tensors.TryAdd(name, info)) problems.Add($"{path}: tensor '{name}' is also in {tensors[name].File}.");
                }
            }
            if (problems.Count == sound) RequireNeighbours(here, path, 8 + headerLength, problems);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            problems.Add($"{path}: its header is not what a safetensors file has: {error.Message}");
        }
    }

    static void ReadMetadata(JsonNode? value, string path, Dictionary<string, string> metadata, List<string> problems)
    {
        if (value is not JsonObject fields || fields.Any(field => field.Value is not JsonValue text || !text.TryGetValue<string>(out _)))
            problems.Add($"{path}: __metadata__ is {Json(value)}; it must be an object of texts.");
        else foreach (var (key, text) in fields) metadata[key] = (string)text!;
    }

    /// <summary>Tensors fill the data one after another, in any order of their names: none reaches into another, and nothing is hidden between them.</summary>
    static void RequireNeighbours(IEnumerable<TensorInfo> tensors, string path, long dataStart, List<string> problems)
    {
        var (end, last) = (dataStart, "the header");
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Start).ThenBy(tensor => tensor.ByteCount))
        {
            if (tensor.Start != end)
                problems.Add($"{path}: tensor '{tensor.Name}' begins at byte {tensor.Start - dataStart} of the data, but {last} ends at byte {end - dataStart}; tensors must follow each other.");
            (end, last) = (Math.Max(end, tensor.Start + tensor.ByteCount), $"'{tensor.Name}'");
        }
    }

    static TensorInfo? Describe(string name, JsonNode? value, string path, long dataStart, long fileLength, List<string> problems)
    {
        TensorInfo? Wrong(string what)
        {
            problems.Add($"{path}: tensor '{name}' {what}");
            return null;
        }
        if (value is not JsonObject fields) return Wrong($"is {Json(value)}; it must be an object with dtype, shape and data_offsets.");
        if (fields["dtype"] is not JsonValue word || !word.TryGetValue<string>(out var dtype)) return Wrong($"has the dtype {Json(fields["dtype"])}; it must be one of {string.Join(", ", Types.Keys)}.");
        if (!Types.TryGetValue(dtype, out var type)) return Wrong($"has type {dtype}; known are {string.Join(", ", Types.Keys)}.");
        if (Integers(fields["shape"]) is not { } shape || shape.Any(side => side < 0)) return Wrong($"has the shape {Json(fields["shape"])}; it must be a list of integers of 0 or more.");
        if (Integers(fields["data_offsets"]) is not [var begin, var end]) return Wrong($"has the data_offsets {Json(fields["data_offsets"])}; they must be two integers.");
        var bytes = shape.Aggregate((System.Numerics.BigInteger)type.Bytes, (product, side) => product * side);
        if (begin < 0 || (System.Numerics.BigInteger)end - begin != bytes)
            return Wrong($"of {dtype} [{string.Join(", ", shape)}] needs {bytes} bytes, but its offsets are [{begin}, {end}].");
        if (end > fileLength - dataStart) return Wrong($"ends at byte {end} of the data, but the file has {fileLength - dataStart}: it was cut off. Copy or download it again.");
        return new TensorInfo(name, type.Type, shape, path, dataStart + begin, (long)bytes);
    }

    /// <summary>The integers of a list, or null where it is none.</summary>
    static long[]? Integers(JsonNode? node)
    {
        if (node is not JsonArray list) return null;
        var numbers = list.Select(item => item is JsonValue value && value.TryGetValue<long>(out var number) ? number : (long?)null).ToArray();
        return numbers.Any(number => number is null) ? null : [.. numbers.Select(number => number!.Value)];
    }

    static string Json(JsonNode? node) => node?.ToJsonString() ?? "null or absent";

    static bool IsPickleName(string file) => Path.GetExtension(file) is ".bin" or ".pt" or ".pth" or ".pkl" or ".ckpt";

    static string PickleRefusal(string path) =>
        $"{path}: a pickle. Pickles can run code when they are opened, so they are refused; convert it to safetensors where you trust it, with the library safetensors of Python.";
}
