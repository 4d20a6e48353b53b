using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests.Gating;

/// <summary>The records that this repository keeps of its own plans.</summary>
public sealed class RepositoryRecordsTests
{
    private static readonly string Pinned = Path.Combine(AppContext.BaseDirectory, "pinned");

    public static TheoryData<string> Plans => [.. Directory.GetFiles(Pinned, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Plans))]
    public void Every_claim_is_answered_by_pages_made_of_them_and_no_path_of_a_host_is_told(string plan)
    {
        using var folder = new TinyPlan();
        var archive = Path.Combine(Pinned, plan + RunArchive.Extension);
        var (exit, _, error) = Lt2.Run("report", "--records", archive, "--out", folder.Folder);

        Assert.True(exit == 0, error);
        var claims = File.ReadAllText(Path.Combine(folder.Folder, "reports", "site", "claims.html"));
        Assert.Contains("confirmed", claims, StringComparison.Ordinal);
        Assert.DoesNotContain(">Missing<", claims, StringComparison.Ordinal);
        using var store = ResultStore.Open(RunArchive.Unpack(archive, folder.Folder), StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());
        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal(false, run.IsDirty);
        Assert.DoesNotContain("--out", run.CommandLine, StringComparison.Ordinal);
        Assert.DoesNotContain(store.Environment(run.RunId), entry => entry.IsPathOfHost);

        var pin = PinFile.Read(Path.Combine(Pinned, plan + ".json"));
        Assert.Equal((run.RunId, run.PlanHash, run.BuildId), (pin.RunId, pin.PlanHash, pin.BuildId));
        Assert.Equal(store.Metrics(run.RunId).Count, pin.Metrics.Count);
    }
}
