using System.Text.Json.Nodes;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>Tasks that generate more than a short model reads.</summary>
public sealed class NewTokensTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-new-tokens-").FullName;

    [Fact]
    public void A_short_model_is_told_the_way_out_and_takes_it()
    {
        var checkpoint = TinyText.Checkpoint(folder);
        var (exit, _, error) = Lt2.Run("eval", "--checkpoint", checkpoint, "--task", "triviaqa", "--examples", "--device", "cpu");
        Assert.Equal(2, exit);
        Assert.Contains("generates up to 256 tokens, but the model reads 64 in all", error, StringComparison.Ordinal);
        Assert.Contains("--max-new-tokens", error, StringComparison.Ordinal);

        (exit, var output, error) = Lt2.Run("eval", "--checkpoint", checkpoint, "--task", "triviaqa", "--examples", "--max-new-tokens", "4", "--device", "cpu", "--json");
        Assert.True(exit == 0, error);
        Assert.Equal("exact_match", (string)JsonNode.Parse(output)!["metrics"]![0]!["metric"]!);
    }

    [Fact]
    public void The_limit_stands_in_the_files_and_the_rest_of_the_settings_stay()
    {
        var (exit, _, error) = Lt2.Run("eval", "--variant", "hash", "--task", "nq_open", "--examples", "--max-new-tokens", "7", "--format", "lm-eval", "--out", folder);

        Assert.True(exit == 0, error);
        var results = JsonNode.Parse(File.ReadAllText(Assert.Single(Directory.GetFiles(folder, "results_*.json", SearchOption.AllDirectories))))!;
        Assert.Equal(
            """{"until":["\n",".",","],"do_sample":false,"temperature":0.0,"max_gen_toks":7}""", results["configs"]!["nq_open"]!["generation_kwargs"]!.ToJsonString());
    }

    [Fact]
    public void A_task_that_generates_nothing_refuses_it()
    {
        var (exit, _, error) = Lt2.Run("eval", "--variant", "hash", "--task", "piqa", "--examples", "--max-new-tokens", "7");
        Assert.Equal(2, exit);
        Assert.Contains("'piqa' generates no text", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
