using System.Xml.Linq;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests.Gating;

public sealed class NightlyAndPruneTests
{
    [Fact]
    public void A_night_runs_judges_and_reports_and_passes_once_a_run_is_pinned()
    {
        using var plan = new TinyPlan(NightPlan.Text);

        var first = Lt2.Run("nightly", plan.PlanPath, "--out", plan.Folder, "--device", "cpu");
        Assert.Equal(0, Lt2.Run("pin", "--reason", "first night", "--out", plan.Folder).ExitCode);
        var second = Lt2.Run("nightly", plan.PlanPath, "--out", plan.Folder, "--device", "cpu");

        Assert.True(first.ExitCode == 4, first.Output + first.Error); // nothing pinned yet
        Assert.True(second.ExitCode == 0, second.Output + second.Error);
        Assert.StartsWith("PASS:", second.Output, StringComparison.Ordinal);
        Assert.Contains("Report: ", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_night_without_a_pin_is_inconclusive_in_every_form()
    {
        using var plan = new TinyPlan(NightPlan.Text);
        Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        var forms = new[] { "text", "markdown", "junit" }.ToDictionary(form => form, form => Lt2.Run("gate", "--out", plan.Folder, "--format", form));

        Assert.All(forms.Values, form => Assert.Equal(4, form.ExitCode));
        Assert.StartsWith("INCONCLUSIVE: There is no pin", forms["text"].Output, StringComparison.Ordinal);
        Assert.StartsWith("**INCONCLUSIVE** There is no pin", forms["markdown"].Output, StringComparison.Ordinal);
        var suite = XDocument.Parse(forms["junit"].Output).Root!;
        Assert.Equal(("1", "0", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value, suite.Attribute("errors")!.Value));
        Assert.Contains("lt2 pin --reason", suite.Descendants("error").Single().Attribute("message")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_of_judged_checkpoints_are_no_nights_to_pin()
    {
        using var plan = new TinyPlan(NightPlan.Text);
        Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");
        var checkpoint = Directory.GetDirectories(Path.Combine(plan.Folder, "results", "runs", "checkpoints")).Single();
        Lt2.Run("gate", "--out", plan.Folder, "--device", "cpu", "--baseline-checkpoint", checkpoint, "--checkpoint", checkpoint, "--plan", plan.PlanPath);

        var (exit, output, error) = Lt2.Run("pin", "--reason", "first night", "--out", plan.Folder);

        Assert.True(exit == 0, error);
        Assert.EndsWith("night.json", output.TrimEnd(), StringComparison.Ordinal);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        Assert.Equal(3, store.Runs().Count);
    }

    [Fact]
    public void Two_nights_cannot_overlap()
    {
        using var plan = new TinyPlan(NightPlan.Text);
        using var other = NightLock.Take(plan.Folder);

        var (exit, _, error) = Lt2.Run("nightly", plan.PlanPath, "--out", plan.Folder, "--device", "cpu");

        Assert.Equal(2, exit);
        Assert.Contains("Another night is under way", error, StringComparison.Ordinal);
        Assert.False(File.Exists(plan.StorePath));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_not_taken_for_another_night()
    {
        using var plan = new TinyPlan(NightPlan.Text);
        File.WriteAllText(Path.Combine(plan.Folder, "results"), "a file in the folder's place");

        var (exit, _, error) = Lt2.Run("nightly", plan.PlanPath, "--out", plan.Folder, "--device", "cpu");

        Assert.Equal(2, exit);
        Assert.Contains("cannot be written", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Another", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Pruning_keeps_the_newest_and_the_pinned_runs()
    {
        using var plan = new TinyPlan();
        Directory.CreateDirectory(Path.GetDirectoryName(plan.StorePath)!);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using (var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadWrite))
        {
            for (var night = 0; night < 4; night++)
            {
                store.CreateRun(new RunRecord($"night-{night}", "tiny", "hash", "name: tiny", "build", null, null, start.AddDays(night), null, RunStatus.Running, "host", "lt2 run tiny"));
                store.UpdateRunStatus($"night-{night}", RunStatus.Completed, start.AddDays(night).AddHours(1));
            }
        }

        Assert.Equal(0, Lt2.Run("pin", "night-1", "--reason", "good", "--out", plan.Folder).ExitCode);
        var (exit, output, _) = Lt2.Run("prune", "--keep", "1", "--out", plan.Folder);

        Assert.Equal(0, exit);
        Assert.Equal(["night-0", "night-2"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        using var after = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        Assert.Equal(["night-1", "night-3"], after.Runs().Select(run => run.RunId));
    }
}
