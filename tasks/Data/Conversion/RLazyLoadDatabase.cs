using System.Buffers.Binary;
using System.IO.Compression;

namespace LT2.Eval.Tasks.Data.Conversion;

/// <summary>
/// Reads the pair of files in which R packages keep their data: <c>.rdx</c> is a compressed index (name to offset and length),
/// <c>.rdb</c> the values, each as a four-byte big-endian raw length and a zlib stream.
/// </summary>
internal static class RLazyLoadDatabase
{
    /// <summary>Every variable of a database.</summary>
    /// <param name="pathWithoutExtension">For example <c>…/data/Rdata</c>.</param>
    public static IReadOnlyDictionary<string, RObject> Read(string pathWithoutExtension)
    {
        var index = RObjectReader.Read(Inflate(File.ReadAllBytes(pathWithoutExtension + ".rdx")))["variables"];
        var values = File.ReadAllBytes(pathWithoutExtension + ".rdb");
        var result = new Dictionary<string, RObject>(StringComparer.Ordinal);
        for (var i = 0; i < index.Items.Count; i++)
        {
            var (offset, length) = (index.Items[i].Integers![0], index.Items[i].Integers![1]);
            var raw = Inflate(values.AsSpan(offset + 4, length - 4).ToArray());
            var expected = BinaryPrimitives.ReadInt32BigEndian(values.AsSpan(offset));
            if (raw.Length != expected)
            {
                throw new InvalidDataException($"'{index.Names[i]}' has {raw.Length} bytes where the database promises {expected}.");
            }

            result.Add(index.Names[i], RObjectReader.Read(raw));
        }

        return result;
    }

    private static byte[] Inflate(byte[] compressed)
    {
        using var input = new MemoryStream(compressed);
        using Stream plain = compressed[0] == 0x1f
            ? new GZipStream(input, CompressionMode.Decompress)
            : new ZLibStream(input, CompressionMode.Decompress);
        using var output = new MemoryStream();
        plain.CopyTo(output);
        return output.ToArray();
    }
}
