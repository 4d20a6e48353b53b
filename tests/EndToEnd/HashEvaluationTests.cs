using System.Text.Json.Nodes;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>Whole runs of the hash model through the command line, compared with the reference's files.</summary>
public sealed class HashEvaluationTests
{
    // What names the program, its date and its duration.
    private static readonly string[] OwnFields = ["git_hash", "date", "total_evaluation_time_seconds"];

    [Theory]
    [InlineData("arc_challenge", 3)]
    [InlineData("boolq", 3)]
    [InlineData("copa", 0)]
    [InlineData("copa", 3)]
    [InlineData("hellaswag", 3)]
    [InlineData("lambada_openai", 0)]
    [InlineData("mmlu_anatomy", 3)]
    [InlineData("piqa", 3)]
    [InlineData("race", 0)]
    [InlineData("truthfulqa_mc2", 0)]
    [InlineData("wikitext", 0)]
    [InlineData("winogrande", 3)]
    public void Results_and_samples_equal_the_reference(string task, int shots)
    {
        using var files = new ConformanceFiles(task);
        var folder = Path.Combine(files.Folder, "out");

        var (exit, _, error) = Lt2.Run(
            "eval", "--variant", "hash", "--task", task, "--docs", files.Docs, "--shots", $"{shots}", "--fewshot-docs", files.FewShotDocs, "--format", "lm-eval", "--out", folder);

        Assert.True(exit == 0, error);
        var results = JsonNode.Parse(File.ReadAllText(Assert.Single(Directory.GetFiles(folder, "results_*.json", SearchOption.AllDirectories))))!.AsObject();
        var expected = ConformanceFiles.Read("endtoend", $"{task}-k{shots}", "results.json").AsObject();
        Assert.Equal(expected.Select(pair => pair.Key), results.Select(pair => pair.Key));
        foreach (var (field, value) in expected.Where(pair => !OwnFields.Contains(pair.Key)))
        {
            Assert.True(JsonNode.DeepEquals(value, results[field]), $"{field}: {results[field]?.ToJsonString()} instead of {value?.ToJsonString()}");
        }

        Assert.Equal(
            File.ReadAllText(ConformanceFiles.PathOf("endtoend", $"{task}-k{shots}", "samples.jsonl")),
            File.ReadAllText(Assert.Single(Directory.GetFiles(folder, $"samples_{task}_*.jsonl", SearchOption.AllDirectories))));
    }

    [Fact]
    public void Without_documents_for_shots_they_are_drawn_from_the_evaluated_ones()
    {
        using var files = new ConformanceFiles("piqa");
        var (exit, _, error) = Lt2.Run("eval", "--variant", "hash", "--task", "piqa", "--docs", files.Docs, "--shots", "5");

        Assert.Equal(2, exit);
        Assert.Contains("5 shots need", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variant_without_a_checkpoint_is_refused_with_the_way_out()
    {
        var (exit, _, error) = Lt2.Run("eval", "--variant", "lt2-gdn@micro", "--task", "piqa", "--docs", "docs.jsonl");

        Assert.Equal(2, exit);
        Assert.Contains("--checkpoint", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_scores_promise_no_detectable_effect()
    {
        using var files = new ConformanceFiles("piqa");
        var (exit, output, _) = Lt2.Run("eval", "--variant", "hash", "--task", "piqa", "--docs", files.Docs, "--json");

        Assert.Equal(0, exit);
        Assert.All(JsonNode.Parse(output)!["metrics"]!.AsArray(), row => Assert.Equal((double)row!["standardError"]! > 0, row["minimumDetectableEffect"] is not null));
    }

    [Fact]
    public void The_minimum_detectable_effect_stands_beside_the_standard_error()
    {
        using var files = new ConformanceFiles("piqa");
        var (exit, output, _) = Lt2.Run("eval", "--variant", "hash", "--task", "piqa", "--docs", files.Docs, "--shots", "3", "--fewshot-docs", files.FewShotDocs, "--json");

        Assert.Equal(0, exit);
        var row = JsonNode.Parse(output)!["metrics"]!.AsArray().First(item => (string)item!["metric"]! == "acc_norm")!;
        Assert.Equal(2.8016 * (double)row["standardError"]!, (double)row["minimumDetectableEffect"]!, 3);
        Assert.True((double)row["standardError"]! > 0);
    }
}
