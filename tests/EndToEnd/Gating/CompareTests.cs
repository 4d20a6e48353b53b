using System.Text.Json;

namespace LT2.Eval.EndToEnd.Tests.Gating;

public sealed class CompareTests(AcceptedRun accepted) : IClassFixture<AcceptedRun>
{
    [Fact]
    public void A_run_compared_with_itself_is_equivalent_with_zero_flips()
    {
        var (exit, output, error) = Lt2.Run("compare", accepted.RunId, accepted.RunId, "--out", accepted.Folder, "--no-page");

        Assert.True(exit == 0, error);
        var last = output.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("0 better, 0 worse, ", last, StringComparison.Ordinal);
        Assert.EndsWith(" equivalent, 0 inconclusive; 0 samples changed.", last, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_checkpoints_are_paired_by_sample_and_asked_the_question_of_other_weights()
    {
        var (exit, output, error) = Lt2.Run("compare", accepted.RunId, "--trained-loops", "1,2", "--tested-loops", "1", "--out", accepted.Folder, "--json");

        Assert.True(exit == 0, error);
        var rows = JsonDocument.Parse(output).RootElement.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("comparison")).ToList();
        var accuracy = Assert.Single(rows, row => row.GetProperty("key").GetProperty("metric").GetString() == "acc" && row.GetProperty("key").GetProperty("slice").ValueKind == JsonValueKind.Null);
        Assert.Equal("otherWeights", accuracy.GetProperty("question").GetString());
        Assert.Equal(1000, accuracy.GetProperty("pairs").GetInt32());
        Assert.True(accuracy.GetProperty("flips").GetProperty("count").GetInt32() > 0);
        Assert.True(accuracy.GetProperty("detectableEffect").GetDouble() > 0);
        Assert.True(accuracy.GetProperty("interval").GetProperty("lower").GetDouble() < accuracy.GetProperty("difference").GetDouble());
    }

    [Fact]
    public void The_pin_and_another_night_are_compared_on_a_page()
    {
        var (exit, output, error) = Lt2.Run("compare", "pin", accepted.Copy("compared", flippedAnswers: 2), "--out", accepted.Folder);

        Assert.True(exit == 0, error);
        Assert.Contains("; 2 samples changed.", output, StringComparison.Ordinal);
        Assert.True(File.Exists(output.TrimEnd().Split('\n')[^1].Replace("Report: ", "", StringComparison.Ordinal)), output);
    }

    [Fact]
    public void What_has_no_counterpart_is_refused_with_the_reason()
    {
        var (exit, _, error) = Lt2.Run("compare", accepted.RunId, "--variants", "lt2-gdn@micro,looped-full@micro", "--out", accepted.Folder, "--no-page");

        Assert.Equal(2, exit);
        Assert.Contains("LT2E3020", error, StringComparison.Ordinal);
        Assert.Contains("the baseline has", error.Replace("the candidate has", "the baseline has", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
