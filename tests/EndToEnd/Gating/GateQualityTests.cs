using System.Text.Json;
using System.Xml.Linq;
using LT2.Eval.Results.Records;

namespace LT2.Eval.EndToEnd.Tests.Gating;

public sealed class GateQualityTests(AcceptedRun accepted) : IClassFixture<AcceptedRun>
{
    [Fact]
    public void An_identical_night_passes()
    {
        var (exit, output, error) = Lt2.Run("gate", accepted.Copy("identical"), "--out", accepted.Folder);

        Assert.True(exit == 0, output + error);
        Assert.StartsWith("PASS:", output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_flipped_answer_in_a_thousand_is_named_as_changed_numerics_and_does_not_block()
    {
        var (exit, output, _) = Lt2.Run("gate", accepted.Copy("one-flip", flippedAnswers: 1), "--out", accepted.Folder);

        Assert.Equal(0, exit);
        Assert.Contains("Numerics changed with the same weights", output, StringComparison.Ordinal);
        Assert.Contains("the same weights answered differently in 1 of them", output, StringComparison.Ordinal);
        Assert.Contains("1 samples worse, 0 better of 1000", output, StringComparison.Ordinal);
        Assert.Contains("first changed sample", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Flips_that_all_lean_to_the_worse_side_under_the_floor_are_inconclusive()
    {
        var (exit, output, _) = Lt2.Run("gate", accepted.Copy("lopsided", flippedAnswers: 8), "--out", accepted.Folder);

        Assert.True(exit == 4, output);
        Assert.Contains("lean to the worse side", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Flips_beyond_the_practical_floor_block_in_every_format()
    {
        var run = accepted.Copy("regressed", flippedAnswers: 60);

        var text = Lt2.Run("gate", run, "--out", accepted.Folder);
        var markdown = Lt2.Run("gate", run, "--out", accepted.Folder, "--format", "markdown");
        var junit = Lt2.Run("gate", run, "--out", accepted.Folder, "--format", "junit");
        var json = Lt2.Run("gate", run, "--out", accepted.Folder, "--json");

        Assert.Equal([1, 1, 1, 1], new[] { text.ExitCode, markdown.ExitCode, junit.ExitCode, json.ExitCode });
        Assert.StartsWith("REGRESSED:", text.Output, StringComparison.Ordinal);
        Assert.Contains("| blocking | quality/compare |", markdown.Output, StringComparison.Ordinal);
        Assert.Single(XDocument.Parse(junit.Output).Descendants("failure"));
        Assert.Equal("regressed", JsonDocument.Parse(json.Output).RootElement.GetProperty("verdict").GetString());
    }

    [Fact]
    public void Pages_written_after_the_gate_show_what_it_decided()
    {
        var run = accepted.Copy("shown", flippedAnswers: 60);
        Assert.DoesNotContain("blocking", Lt2.Run("report", "--run", run, "--markdown", "--out", accepted.Folder).Output, StringComparison.Ordinal);

        Assert.Equal(1, Lt2.Run("gate", run, "--out", accepted.Folder).ExitCode);
        var (exit, output, error) = Lt2.Run("report", "--run", run, "--markdown", "--out", accepted.Folder);

        Assert.True(exit == 0, error);
        Assert.StartsWith("## REGRESSED: accepted", output, StringComparison.Ordinal);
        Assert.Contains("1 blocking", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_night_that_lacks_a_cell_of_the_pin_is_inconclusive_never_a_pass()
    {
        var run = accepted.Copy("missing", without: cell => cell is { Kind: CellKind.Score, TrainedLoopCount: 1 });

        var (exit, output, _) = Lt2.Run("gate", run, "--out", accepted.Folder);

        Assert.True(exit == 4, output);
        Assert.Contains("The pin has it; tonight's run does not.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_verdict_other_than_pass_calls_the_notification_command_with_the_report()
    {
        var run = accepted.Copy("notified", flippedAnswers: 60);
        var file = Path.Combine(accepted.Folder, "notified.txt");

        Lt2.Run("gate", run, "--out", accepted.Folder, "--notify", $"(echo $LT2_GATE_VERDICT $LT2_GATE_RUN; cat) > '{file}'");
        Lt2.Run("gate", accepted.Copy("quiet"), "--out", accepted.Folder, "--notify", $"echo called > '{file}.quiet'");

        Assert.StartsWith($"regressed {run}\n**REGRESSED**", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.False(File.Exists($"{file}.quiet"));
    }

    [Fact]
    public void Without_a_pin_the_gate_is_inconclusive_and_says_how_to_make_one()
    {
        using var elsewhere = new TinyPlan();
        Directory.CreateDirectory(Path.GetDirectoryName(elsewhere.StorePath)!);
        using (var store = accepted.Open())
        using (var copy = Results.Store.ResultStore.Open(elsewhere.StorePath, Results.Store.StoreAccess.ReadWrite))
        {
            Results.Store.StoreMerge.Merge(copy, store);
        }

        var (exit, output, _) = Lt2.Run("gate", accepted.RunId, "--out", elsewhere.Folder);

        Assert.Equal(4, exit);
        Assert.Contains("lt2 pin --reason", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_program_is_refused_as_a_baseline_build()
    {
        var (exit, _, error) = Lt2.Run("gate", accepted.RunId, "--out", accepted.Folder, "--baseline-build", accepted.Folder);

        Assert.Equal(2, exit);
        Assert.Contains("there is no program lt2 in it", error, StringComparison.Ordinal);
    }
}
