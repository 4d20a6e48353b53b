using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Data.Sources;

/// <summary>
/// Downloads a dataset repository from the Hugging Face hub or a mirror of it: the data files and the card, at one revision,
/// each checked against the digest that the hub's file list gives.
/// </summary>
/// <param name="client">Does the requests.</param>
/// <param name="endpoint">The hub's address, without a slash at the end.</param>
/// <param name="repository"><c>owner/name</c>.</param>
internal sealed class HubRepository(HttpClient client, Uri endpoint, string repository)
{
    private static readonly string[] DataExtensions = [".parquet", ".jsonl", ".json", ".csv"];

    /// <summary><c>HF_ENDPOINT</c>, else the public hub.</summary>
    /// <exception cref="TaskException">The variable holds no http address.</exception>
    public static Uri DefaultEndpoint
    {
        get
        {
            var named = Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } value ? value : "https://huggingface.co";
            return Uri.TryCreate(named, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new TaskException($"HF_ENDPOINT is '{named}'; an http(s) address is needed.");
        }
    }

    /// <summary>Downloads into a folder and writes its manifest.</summary>
    /// <exception cref="TaskException">No connection, no such data set, or content that differs from the list.</exception>
    public async Task DownloadAsync(string folder, IProgress<string>? progress, CancellationToken cancellation)
    {
        var revision = await ReadRevisionAsync(cancellation);
        var manifest = new Dictionary<string, DatasetManifestFile>(StringComparer.Ordinal);
        foreach (var file in (await ListAsync(revision, cancellation)).Where(IsWanted))
        {
            progress?.Report($"{repository}: {file.Path} ({file.Size} bytes)");
            var path = Path.GetFullPath(Path.Combine(folder, file.Path));
            if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new TaskException($"The hub lists a file '{file.Path}' that would lie outside the data set's folder.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var response = await SendAsync($"datasets/{repository}/resolve/{revision}/{Escape(file.Path)}", cancellation))
            {
                await using var output = File.Create(path);
                await response.Content.CopyToAsync(output, cancellation);
            }

            await VerifyAsync(file, path, cancellation);
            manifest[file.Path] = await DatasetManifest.DescribeAsync(path, cancellation);
        }

        if (!manifest.Keys.Any(name => DataExtensions.Contains(Path.GetExtension(name))))
        {
            throw new TaskException($"The hub's data set '{repository}' holds no Parquet, JSON lines, JSON or CSV file.");
        }

        var card = Path.Combine(folder, "README.md");
        var licence = File.Exists(card) ? ReadLicence(await File.ReadAllLinesAsync(card, cancellation)) : null;
        new DatasetManifest(1, repository, repository, licence ?? "see the data set's card on the hub", $"Hugging Face hub: {repository}", revision, manifest).Write(folder);
    }

    private static bool IsWanted(HubFile file) => file.Path == "README.md" || DataExtensions.Contains(Path.GetExtension(file.Path));

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string? ReadLicence(string[] card) => card.Length == 0 || card[0] != "---"
        ? null
        : card.Skip(1).TakeWhile(line => line != "---")
            .Where(line => line.StartsWith("license:", StringComparison.Ordinal))
            .Select(line => line["license:".Length..].Trim())
            .FirstOrDefault(value => value.Length > 0);

    private static async Task VerifyAsync(HubFile file, string path, CancellationToken cancellation)
    {
        var found = await DatasetManifest.DescribeAsync(path, cancellation);
        var digest = file.Sha256 is null ? await GitBlobDigestAsync(path, found.SizeBytes, cancellation) : found.Sha256;
        var expected = file.Sha256 ?? file.GitDigest;
        if (found.SizeBytes != file.Size || digest != expected)
        {
            throw new TaskException(
                $"'{file.Path}' arrived with {found.SizeBytes} bytes and digest {digest}; the hub lists {file.Size} bytes and {expected}. Try again: nothing was kept.");
        }
    }

    // Files outside the large-file store are listed by git's own digest: SHA-1 over "blob SIZE\0" and the content.
    private static async Task<string> GitBlobDigestAsync(string path, long size, CancellationToken cancellation)
    {
#pragma warning disable CA5350 // git's object format prescribes SHA-1; it only detects damage here.
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        digest.AppendData(Encoding.ASCII.GetBytes($"blob {size}\0"));
        digest.AppendData(await File.ReadAllBytesAsync(path, cancellation));
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    private async Task<string> ReadRevisionAsync(CancellationToken cancellation)
    {
        using var response = await SendAsync($"api/datasets/{repository}/revision/main", cancellation);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
        return document.RootElement.GetProperty("sha").GetString()!;
    }

    private async Task<IReadOnlyList<HubFile>> ListAsync(string revision, CancellationToken cancellation)
    {
        var files = new List<HubFile>();
        string? next = $"api/datasets/{repository}/tree/{revision}?recursive=true";
        while (next is not null)
        {
            using var response = await SendAsync(next, cancellation);
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
            foreach (var entry in document.RootElement.EnumerateArray().Where(entry => entry.GetProperty("type").GetString() == "file"))
            {
                var large = entry.TryGetProperty("lfs", out var lfs) ? lfs.GetProperty("oid").GetString() : null;
                files.Add(new HubFile(
                    entry.GetProperty("path").GetString()!, entry.GetProperty("size").GetInt64(), large, entry.GetProperty("oid").GetString()!));
            }

            next = NextPage(response.Headers);
        }

        return files;
    }

    // Long lists come in pages: Link: <https://…>; rel="next".
    private static string? NextPage(HttpResponseHeaders headers) =>
        headers.TryGetValues("Link", out var links)
            ? links.SelectMany(link => link.Split(','))
                .Where(link => link.Contains("rel=\"next\"", StringComparison.Ordinal))
                .Select(link => link[(link.IndexOf('<', StringComparison.Ordinal) + 1)..link.IndexOf('>', StringComparison.Ordinal)])
                .FirstOrDefault()
            : null;

    private async Task<HttpResponseMessage> SendAsync(string address, CancellationToken cancellation)
    {
        var uri = new Uri(new Uri(endpoint.ToString().TrimEnd('/') + "/"), address);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (Environment.GetEnvironmentVariable("HF_TOKEN") is { Length: > 0 } token && uri.Host == endpoint.Host)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        try
        {
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            var status = response.StatusCode;
            response.Dispose();
            throw new TaskException(status switch
            {
                HttpStatusCode.NotFound => $"The hub at {endpoint} has no data set '{repository}' ({uri.AbsolutePath}: 404).",
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                    $"The hub at {endpoint} refuses '{repository}' ({(int)status}): accept the data set's conditions there and set HF_TOKEN.",
                _ => $"The hub at {endpoint} answered {(int)status} to {uri.AbsolutePath}.",
            });
        }
        catch (HttpRequestException exception)
        {
            throw new TaskException(
                $"The hub at {endpoint} cannot be reached: {exception.Message} Without internet, place the files of '{repository}' in the data folder by hand, "
                + "or set HF_ENDPOINT to a mirror.");
        }
    }
}

/// <summary>An entry of the hub's file list.</summary>
internal sealed record HubFile(string Path, long Size, string? Sha256, string GitDigest);
