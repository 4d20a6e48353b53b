namespace LT2.Eval.EndToEnd.Tests;

public sealed class BadInputTests
{
    [Fact]
    public void An_unknown_variant_names_file_line_and_the_nearest_variant()
    {
        var (exit, error) = Validate(TinyPlan.Recall.Replace("[lt2-gdn@micro, looped-full@micro]", "[lt2-gnd@micro]", StringComparison.Ordinal));

        Assert.Equal(2, exit);
        Assert.Contains("tiny.yaml:5", error, StringComparison.Ordinal);
        Assert.Contains("lt2-gnd", error, StringComparison.Ordinal);
        Assert.Contains("lt2-gdn", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_field_and_a_misspelt_parameter_are_reported_together()
    {
        var (exit, error) = Validate(TinyPlan.Recall
            .Replace("batchSize: 8", "batchsize: 8", StringComparison.Ordinal)
            .Replace("pairs: 2, vocabulary: 16 }, samples", "pairz: 2, vocabulary: 16 }, samples", StringComparison.Ordinal));

        Assert.Equal(2, exit);
        Assert.Contains("batchsize: unknown field. Did you mean 'batchSize'?", error, StringComparison.Ordinal);
        Assert.Contains("pairz", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_length_is_refused_before_anything_runs()
    {
        var (exit, error) = Validate(TinyPlan.Recall.Replace("lengths: [16, 32]", "lengths: [-16, 32]", StringComparison.Ordinal));

        Assert.Equal(2, exit);
        Assert.Contains("timings[0].lengths: -16 is too small", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_with_more_ids_than_the_model_knows_is_refused()
    {
        var (exit, error) = Validate(TinyPlan.Recall.Replace("vocabulary: 16 }, samples", "vocabulary: 32 }, samples", StringComparison.Ordinal));

        Assert.Equal(2, exit);
        Assert.Contains("uses 32 ids", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_plan_names_the_nearest_shipped_one()
    {
        var (exit, _, error) = Lt2.Run("run", "quik");

        Assert.Equal(2, exit);
        Assert.Contains("Did you mean 'quick'?", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_with_the_way_out()
    {
        using var plan = new TinyPlan();
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", "/proc/lt2", "--device", "cpu");

        Assert.Equal(2, exit);
        Assert.Contains("/proc/lt2", error, StringComparison.Ordinal);
        Assert.Contains("--out", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_run_in_one_folder_is_refused_while_the_first_goes_on()
    {
        using var plan = new TinyPlan();
        using var held = Harness.Execution.RunFolder.Open(plan.Folder);
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu");

        Assert.Equal(2, exit);
        Assert.Contains("Another run is using", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_data_set_says_how_to_bring_it()
    {
        using var plan = new TinyPlan();
        var empty = Path.Combine(plan.Folder, "no-data");
        var checkpoint = Path.Combine(plan.Folder, "checkpoint");
        var (exit, _, error) = Lt2.Run(
            "train", "lt2-gdn@micro", "--suite", "perplexity", "--task", "austen", "--sequence-length", "32", "--steps", "1", "--checkpoint", checkpoint, "--data", empty, "--device", "cpu");

        Assert.Equal(2, exit);
        Assert.Contains("lt2 data get austen", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(checkpoint));
    }

    private static (int ExitCode, string Error) Validate(string text)
    {
        using var plan = new TinyPlan(text);
        var (exit, _, error) = Lt2.Run("validate", plan.PlanPath);
        return (exit, error);
    }
}
