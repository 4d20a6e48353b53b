using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests.Gating;

/// <summary>The records that this repository keeps of its own plans.</summary>
public sealed class RepositoryRecordsTests
{
    private static string Folder(string name) => Path.Combine(AppContext.BaseDirectory, name);

    public static TheoryData<string> Archives => [.. ((string[])["pinned", "nights"]).SelectMany(folder => Directory.GetFiles(Folder(folder), "*" + RunArchive.Extension))
        .Select(path => Path.GetRelativePath(AppContext.BaseDirectory, path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Plans => [.. Directory.GetFiles(Folder("pinned"), "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Archives))]
    public void Every_claim_is_answered_by_pages_made_of_them_and_no_path_of_a_host_is_told(string archive)
    {
        using var folder = new TinyPlan();
        var (exit, _, error) = Lt2.Run("report", "--records", Folder(archive), "--out", folder.Folder);

        Assert.True(exit == 0, error);
        var claims = File.ReadAllText(Path.Combine(folder.Folder, "reports", "site", "claims.html"));
        Assert.Contains("confirmed", claims, StringComparison.Ordinal);
        Assert.DoesNotContain(">Missing<", claims, StringComparison.Ordinal);
        using var store = ResultStore.Open(RunArchive.Unpack(Folder(archive), folder.Folder), StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());
        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal(false, run.IsDirty);
        Assert.DoesNotContain("--out", run.CommandLine, StringComparison.Ordinal);
        Assert.DoesNotContain(store.Environment(run.RunId), entry => entry.IsPathOfHost);
    }

    [Theory, MemberData(nameof(Plans))]
    public void Pairs_of_confirmations_are_whole_and_of_the_pinned_build(string plan)
    {
        var path = Path.Combine(Folder("nights"), plan + ".confirmations.jsonl");
        Assert.SkipUnless(File.Exists(path), "Nothing of this plan was measured side by side.");
        var pin = PinFile.Read(Path.Combine(Folder("pinned"), plan + ".json"));
        var hosts = pin.Metrics.Select(metric => metric.Key.HostClass).OfType<string>().ToHashSet(StringComparer.Ordinal);

        var pairs = new KeptPairs(path, message => Assert.Fail(message)).All;

        Assert.NotEmpty(pairs);
        Assert.All(pairs, pair => Assert.Equal(pin.BuildId, pair.BaselineBuild));
        Assert.All(pairs, pair => Assert.True(hosts.Contains(pair.Baseline.HostClass) && hosts.Contains(pair.Candidate.HostClass)));
    }

    [Theory, MemberData(nameof(Plans))]
    public void A_pin_and_its_records_are_of_one_run(string plan)
    {
        using var folder = new TinyPlan();
        using var store = ResultStore.Open(RunArchive.Unpack(Path.Combine(Folder("pinned"), plan + RunArchive.Extension), folder.Folder), StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());

        var pin = PinFile.Read(Path.Combine(Folder("pinned"), plan + ".json"));
        Assert.Equal((run.RunId, run.PlanHash, run.BuildId), (pin.RunId, pin.PlanHash, pin.BuildId));
        Assert.Equal(store.Metrics(run.RunId).Count, pin.Metrics.Count);
    }
}
