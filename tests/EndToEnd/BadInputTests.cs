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

    [Theory]
    [InlineData("--workers: 0 is not from 1", "run", "PLAN", "--workers", "0")]
    [InlineData("--workers: -1 is not from 1", "run", "PLAN", "--workers", "-1")]
    [InlineData("--threads: 0 is not from 1 to 1024", "time", "lt2-gdn@micro", "--threads", "0")]
    [InlineData("--threads: 100000000 is not from 1 to 1024", "train", "lt2-gdn@micro", "--suite", "mqar", "--checkpoint", "x", "--threads", "100000000")]
    [InlineData("--batch: 0 is not at least 1", "time", "lt2-gdn@micro", "--batch", "0")]
    [InlineData("--blocks: -3 is not at least 1", "time", "lt2-gdn@micro", "--blocks", "-3")]
    [InlineData("--minimum-block-milliseconds: nan is not from 0", "time", "lt2-gdn@micro", "--minimum-block-milliseconds", "nan")]
    [InlineData("--head-dimension: 0 is not at least 1", "time", "--op", "gdn", "--head-dimension", "0")]
    [InlineData("--parallel: 0 is not at least 1", "submit", "PLAN", "--parallel", "0", "--dry-run")]
    [InlineData("Required argument missing for option: '--plugin'", "list", "plans", "--plugin")]
    public void A_number_that_cannot_be_meant_is_refused_before_anything_begins(string message, params string[] arguments)
    {
        using var plan = new TinyPlan();
        var (exit, output, error) = Lt2.Run([.. arguments.Select(word => word == "PLAN" ? plan.PlanPath : word)]);

        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Hints_for_a_mistake_are_no_results()
    {
        var (exit, output, error) = Lt2.Run("results", "metrics", "--jsn");

        Assert.Equal((2, ""), (exit, output));
        Assert.Contains("--json", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/proc/lt2/model")]
    [InlineData("PLAN")]
    [InlineData("PLAN/model")]
    public void A_checkpoint_that_cannot_be_written_is_refused_before_the_training(string folder)
    {
        using var plan = new TinyPlan();
        var (exit, _, error) = Lt2.Run(
            "train", "lt2-gdn@micro", "--suite", "mqar", "--set", "length=16", "pairs=2", "vocabulary=16", "--steps", "1", "--device", "cpu",
            "--checkpoint", folder.Replace("PLAN", plan.PlanPath, StringComparison.Ordinal));

        Assert.Equal(2, exit);
        Assert.StartsWith("--checkpoint", error.Replace("The file", "--checkpoint", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_line_and_no_trace()
    {
        using var plan = new TinyPlan();
        var (exit, _, error) = Lt2.Run("rescore", "--task", "piqa", "--responses", plan.Folder);

        Assert.Equal(2, exit);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_submission_without_slurm_begins_no_run()
    {
        using var plan = new TinyPlan();
        var path = Environment.GetEnvironmentVariable("PATH");
        try
        {
            Environment.SetEnvironmentVariable("PATH", plan.Folder);
            var (exit, _, error) = Lt2.Run("submit", plan.PlanPath, "--out", plan.Folder, "--device", "cpu");

            Assert.Equal(2, exit);
            Assert.Contains("Nothing was begun", error, StringComparison.Ordinal);
            Assert.False(File.Exists(plan.StorePath));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
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
