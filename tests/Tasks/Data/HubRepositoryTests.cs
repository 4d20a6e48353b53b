using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Data.Sources;

namespace LT2.Eval.Tasks.Tests.Data;

/// <summary>The hub's protocol against a server of this process.</summary>
public sealed class HubRepositoryTests : IDisposable
{
    private const string Repository = "someone/questions";
    private const string Card = "---\nlicense: cc-by-4.0\n---\nQuestions.\n";
    private static readonly byte[] Large = Encoding.UTF8.GetBytes("{\"question\": \"why?\"}\n");

    private readonly TemporaryFolder temporary = new();
    private readonly HttpListener listener = new();
    private readonly HttpClient client = new();
    private readonly Uri endpoint;
    private byte[] served = Large;

    public HubRepositoryTests()
    {
        endpoint = new Uri($"http://127.0.0.1:{FreePort()}/");
        listener.Prefixes.Add(endpoint.ToString());
        listener.Start();
        _ = ServeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Data_files_and_the_card_of_all_pages_arrive_at_one_revision()
    {
        var folder = Path.Combine(temporary.Path, "questions");
        Directory.CreateDirectory(folder);

        await new HubRepository(client, endpoint, Repository).DownloadAsync(folder, null, Cancellation);

        Assert.Equal(Large, await File.ReadAllBytesAsync(Path.Combine(folder, "data", "test.jsonl"), Cancellation));
        var manifest = DatasetManifest.Read(folder)!;
        Assert.Equal("0123abcd", manifest.Revision);
        Assert.Equal("cc-by-4.0", manifest.Licence);
        Assert.Equal(["README.md", "data/test.jsonl"], manifest.Files.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Content_that_differs_from_the_list_is_refused()
    {
        served = Large[..^4];
        var problem = await Assert.ThrowsAsync<TaskException>(() => new HubRepository(client, endpoint, Repository).DownloadAsync(temporary.Path, null, Cancellation));
        Assert.Contains("'data/test.jsonl' arrived with", problem.Message);
    }

    [Fact]
    public async Task An_unknown_data_set_is_named()
    {
        var problem = await Assert.ThrowsAsync<TaskException>(() => new HubRepository(client, endpoint, "someone/nothing").DownloadAsync(temporary.Path, null, Cancellation));
        Assert.Contains("has no data set 'someone/nothing'", problem.Message);
    }

    [Fact]
    public async Task Without_a_connection_the_message_says_what_else_works()
    {
        var nowhere = new Uri($"http://127.0.0.1:{FreePort()}/");
        var problem = await Assert.ThrowsAsync<TaskException>(() => new HubRepository(client, nowhere, Repository).DownloadAsync(temporary.Path, null, Cancellation));
        Assert.Contains("HF_ENDPOINT", problem.Message);
    }

    public void Dispose()
    {
        listener.Close();
        client.Dispose();
        temporary.Dispose();
    }

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                var context = await listener.GetContextAsync();
                var address = context.Request.Url!.PathAndQuery;
                var body = Answer(address);
                context.Response.StatusCode = body is null ? 404 : 200;
                if (address.EndsWith("recursive=true", StringComparison.Ordinal))
                {
                    context.Response.Headers["Link"] = $"<{endpoint}api/datasets/{Repository}/tree/0123abcd?recursive=true&cursor=2>; rel=\"next\"";
                }

                await context.Response.OutputStream.WriteAsync(body ?? []);
                context.Response.Close();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return; // the test is over
            }
        }
    }

    private byte[]? Answer(string address) => address switch
    {
        $"/api/datasets/{Repository}/revision/main" => Json(new { sha = "0123abcd" }),
        $"/api/datasets/{Repository}/tree/0123abcd?recursive=true" => Json(new object[]
        {
            new { type = "directory", path = "data", size = 0, oid = "d" },
            new { type = "file", path = "README.md", size = Card.Length, oid = GitDigest(Card) },
            new { type = "file", path = "script.py", size = 3, oid = "x" },
        }),
        $"/api/datasets/{Repository}/tree/0123abcd?recursive=true&cursor=2" => Json(new object[]
        {
            new { type = "file", path = "data/test.jsonl", size = Large.Length, oid = "pointer", lfs = new { oid = Convert.ToHexStringLower(SHA256.HashData(Large)) } },
        }),
        $"/datasets/{Repository}/resolve/0123abcd/README.md" => Encoding.UTF8.GetBytes(Card),
        $"/datasets/{Repository}/resolve/0123abcd/data/test.jsonl" => served,
        _ => null,
    };

    private static byte[] Json(object value) => JsonSerializer.SerializeToUtf8Bytes(value);

#pragma warning disable CA5350 // git's object format prescribes SHA-1.
    private static string GitDigest(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes($"blob {text.Length}\0{text}")));
#pragma warning restore CA5350
}
