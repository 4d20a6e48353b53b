using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Tests.Gating;

public sealed class KeptBuildsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lt2-builds-").FullName;

    [Fact]
    public void A_kept_build_is_found_again_by_its_pin()
    {
        var hash = KeptBuilds.Keep(root, "build-1", Program("one"), []);

        Assert.Equal(KeptBuilds.FolderOf(root, "build-1"), KeptBuilds.Find(root, Pin("build-1", hash), Assert.Fail));
    }

    [Fact]
    public void A_kept_build_that_was_changed_is_not_used_and_the_message_says_so()
    {
        var hash = KeptBuilds.Keep(root, "build-1", Program("one"), []);
        File.AppendAllText(Path.Combine(KeptBuilds.FolderOf(root, "build-1"), "plans", "quick.yaml"), "x");
        var messages = new List<string>();

        Assert.Null(KeptBuilds.Find(root, Pin("build-1", hash), messages.Add));
        Assert.Contains("its hash differs", Assert.Single(messages), StringComparison.Ordinal);
    }

    [Fact]
    public void Builds_that_no_pin_names_any_more_are_removed()
    {
        KeptBuilds.Keep(root, "old", Program("one"), []);
        KeptBuilds.Keep(root, "other-plan", Program("two"), ["old"]);
        KeptBuilds.Keep(root, "new", Program("three"), ["other-plan"]);

        Assert.False(Directory.Exists(KeptBuilds.FolderOf(root, "old")));
        Assert.True(Directory.Exists(KeptBuilds.FolderOf(root, "other-plan")));
    }

    [Fact]
    public void The_build_of_a_folder_is_read_from_its_files()
    {
        Assert.Equal(BuildIdentity.Current.BuildId, BuildIdentity.OfFolder(AppContext.BaseDirectory));
        Assert.Null(BuildIdentity.OfFolder(root));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Program(string content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, $"source-{content}")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "plans"));
        File.WriteAllText(Path.Combine(folder, "lt2"), content);
        File.WriteAllText(Path.Combine(folder, "plans", "quick.yaml"), content);
        return folder;
    }

    private static PinFile Pin(string build, string hash) => new(
        PinFile.CurrentSchemaVersion, "quick", "plan-hash", "run", build, null, hash, "reason", "tests", DateTimeOffset.UnixEpoch, null, "digest", []);
}
