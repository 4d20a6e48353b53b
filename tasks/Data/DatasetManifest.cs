using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LT2.Eval.Tasks.Data;

/// <summary>What <c>dataset.json</c> in a data set's folder says about its origin.</summary>
/// <param name="SchemaVersion">1.</param>
/// <param name="Id">The data set.</param>
/// <param name="Title">One line.</param>
/// <param name="Licence">Licence.</param>
/// <param name="Source">Source as printed.</param>
/// <param name="Revision">Versions of the packages or the hub's revision.</param>
/// <param name="Files">File name to size and SHA-256.</param>
public sealed record DatasetManifest(
    int SchemaVersion,
    string Id,
    string Title,
    string Licence,
    string Source,
    string Revision,
    IReadOnlyDictionary<string, DatasetManifestFile> Files)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    /// <summary>Digest over all files: changes whenever any of them does.</summary>
    [JsonIgnore]
    public string ContentSha256 => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(
        string.Join('\n', Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key} {file.Value.Sha256}")))));

    /// <summary>Reads a folder's manifest; null where there is none, or a file of another form (data sets may bring their own).</summary>
    public static DatasetManifest? Read(string folder)
    {
        var path = Path.Combine(folder, DataFolder.ManifestName);
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize<DatasetManifest>(File.ReadAllText(path), Options) is { Id: not null, Files: not null } manifest
                ? manifest
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Size and digest of a file.</summary>
    public static async Task<DatasetManifestFile> DescribeAsync(string path, CancellationToken cancellation)
    {
        var stream = File.OpenRead(path);
        await using (stream)
        {
            var digest = await SHA256.HashDataAsync(stream, cancellation);
            return new DatasetManifestFile(stream.Length, Convert.ToHexStringLower(digest));
        }
    }

    /// <summary>Writes it into a folder.</summary>
    public void Write(string folder) =>
        File.WriteAllText(Path.Combine(folder, DataFolder.ManifestName), JsonSerializer.Serialize(this, Options) + "\n");
}
