using System.Text.Json;
using System.Text.Json.Nodes;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using LT2.Eval.Tasks;
using LT2.Eval.Tasks.Contracts;
using MetricDirection = LT2.Eval.Results.Records.MetricDirection;
using MetricKind = LT2.Eval.Results.Records.MetricKind;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>A stored run with a text task, exported in lm-evaluation-harness's layout.</summary>
public sealed class HarnessLayoutExportTests : IDisposable
{
    private const string TextPlan = """
        name: text
        testSetSeed: 1
        experiments:
          - name: text
            variants: [lt2-gdn@micro]
            trainedLoopCounts: [2]
            testedLoopCounts: [1, 2]
            train: { suite: perplexity, task: austen, sequenceLength: 32 }
            tests:
              - { suite: benchmarks, task: piqa, parameters: { source: examples }, samples: 2 }
            recipe: { steps: 1, batchSize: 1 }
        """;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);

    private readonly TinyPlan plan = new(TextPlan);

    [Fact]
    public void A_model_for_each_loop_count_has_results_and_samples_with_prompts()
    {
        Store(TextPlan, "run-1");

        var (exit, output, error) = Lt2.Run("export", "--format", "lm-eval", "--to", Path.Combine(plan.Folder, "lm"), "--out", plan.Folder);

        Assert.True(exit == 0, error);
        var files = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(file => Path.GetRelativePath(Path.Combine(plan.Folder, "lm"), file)).ToList();
        Assert.Equal(
            [
                "lt2-gdn@micro-trained2-loops1-seed1/results_2026-03-01T02-00-00.000000.json", "lt2-gdn@micro-trained2-loops1-seed1/samples_piqa_2026-03-01T02-00-00.000000.jsonl",
                "lt2-gdn@micro-trained2-loops2-seed1/results_2026-03-01T02-00-00.000000.json", "lt2-gdn@micro-trained2-loops2-seed1/samples_piqa_2026-03-01T02-00-00.000000.jsonl",
            ],
            files.Order(StringComparer.Ordinal));
        var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(plan.Folder, "lm", files[2]))).RootElement;
        Assert.Equal(0.5, results.GetProperty("results").GetProperty("piqa").GetProperty("acc,none").GetDouble());
        Assert.Equal(0.25, results.GetProperty("results").GetProperty("piqa").GetProperty("acc_stderr,none").GetDouble());
        Assert.Equal(2, results.GetProperty("config").GetProperty("model_args").GetProperty("loops").GetInt32());
        Assert.Equal(2, results.GetProperty("n-samples").GetProperty("piqa").GetProperty("effective").GetInt32());
        var line = JsonDocument.Parse(File.ReadLines(Path.Combine(plan.Folder, "lm", files[3])).First()).RootElement;
        Assert.StartsWith("Question: ", line.GetProperty("arguments").GetProperty("gen_args_0").GetProperty("arg_0").GetString(), StringComparison.Ordinal);
        Assert.Equal(["-1.5", "True"], line.GetProperty("filtered_resps")[0].EnumerateArray().Select(part => part.GetString()));
        Assert.Equal(["-2.25", "False"], line.GetProperty("resps")[1][0].EnumerateArray().Select(part => part.GetString()));
        Assert.Equal(1, line.GetProperty("acc").GetDouble());
        Assert.False(line.GetProperty("doc").TryGetProperty("id", out _));
    }

    [Fact]
    public void Log_likelihoods_of_a_real_run_agree_with_what_it_scored()
    {
        File.WriteAllText(plan.PlanPath, TextPlan.Replace("benchmarks, task: piqa, parameters: { source: examples }, samples: 2", "multiple-choice, task: austen-endings, samples: 20", StringComparison.Ordinal)
            .Replace("sequenceLength: 32", "sequenceLength: 256", StringComparison.Ordinal));
        var (ran, _, problem) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");
        Assert.True(ran == 0, problem);

        var (exit, output, error) = Lt2.Run("export", "--format", "lm-eval", "--to", Path.Combine(plan.Folder, "lm"), "--out", plan.Folder);

        Assert.True(exit == 0, error);
        var files = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(file => file.EndsWith(".jsonl", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, files.Count);
        foreach (var line in files.SelectMany(File.ReadLines).Select(text => JsonDocument.Parse(text).RootElement))
        {
            var values = line.GetProperty("resps").EnumerateArray().Select(response => double.Parse(response[0][0].GetString()!, System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(line.GetProperty("arguments").EnumerateObject().Count(), values.Count);
            Assert.All(values, value => Assert.True(value < 0));
            Assert.Equal(line.GetProperty("acc").GetDouble(), values.IndexOf(values.Max()) == line.GetProperty("doc").GetProperty("gold").GetInt32() ? 1 : 0);
        }
    }

    [Fact]
    public void A_run_from_before_responses_were_kept_is_exported_with_its_answers()
    {
        Store(TextPlan, "run-1", withResponses: false);

        var (exit, output, error) = Lt2.Run("export", "--format", "lm-eval", "--to", Path.Combine(plan.Folder, "lm"), "--out", plan.Folder);

        Assert.True(exit == 0, error);
        var line = JsonDocument.Parse(File.ReadLines(output.Split('\n')[1]).First()).RootElement;
        Assert.Equal("the answer", line.GetProperty("filtered_resps")[0].GetString());
    }

    [Fact]
    public void A_case_that_this_build_does_not_know_is_exported_without_prompts_and_says_so()
    {
        Store("name: from another time", "run-1");

        var (exit, output, error) = Lt2.Run("export", "--format", "lm-eval", "--to", Path.Combine(plan.Folder, "lm"), "--out", plan.Folder);

        Assert.True(exit == 0, error);
        Assert.Contains("piqa: this build no longer knows the case", error, StringComparison.Ordinal);
        var line = JsonDocument.Parse(File.ReadLines(output.Split('\n')[1]).First()).RootElement;
        Assert.Equal("piqa/0", line.GetProperty("doc").GetProperty("id").GetString());
        Assert.False(line.TryGetProperty("arguments", out _));
    }

    [Fact]
    public void A_run_without_text_is_refused()
    {
        Store(TextPlan, "run-1", dataHash: null, caseText: "{}");

        var (exit, _, error) = Lt2.Run("export", "--format", "lm-eval", "--to", Path.Combine(plan.Folder, "lm"), "--out", plan.Folder);

        Assert.Equal(2, exit);
        Assert.Contains("scored no text task", error, StringComparison.Ordinal);
    }

    public void Dispose() => plan.Dispose();

    private void Store(string planText, string runId, string? dataHash = "data", string? caseText = null, bool withResponses = true)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(plan.StorePath)!);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadWrite);
        store.CreateRun(new RunRecord(runId, "text", "hash", planText, "build", null, null, Start, null, RunStatus.Running, "host", "lt2 run text"));
        var item = (ITextCase)SuiteCatalog.All.Single(suite => suite.Id == "benchmarks").CreateCase(new CaseSpecification("piqa", new Dictionary<string, string> { ["source"] = "examples" }));
        var definition = Models.Definitions.CanonicalJson.Write(new JsonObject { ["case"] = caseText is null ? CaseText.Describe(item) : JsonNode.Parse(caseText) });
        var cell = new CellRecord(runId, "cell", CellKind.Score, "score", definition, CellOutcome.Finished, null, "lt2-gdn@micro", 1, 2, Start, 1, null, null);
        store.WriteCell(new CellResult(
            cell,
            [.. new[] { 1, 2 }.Select(loops => new MetricRecord(
                runId, "cell", new SeriesKey("benchmarks", 1, "piqa", CaseText.Parameters(item), 0, "test", dataHash, "acc", null, "lt2-gdn@micro", "recipe", 2, loops, "float32", 8),
                1, 0.5, 0.25, 2, 2, 0.5, MetricDirection.HigherIsBetter, "1", MetricKind.Binary, 0.01))],
            [.. new[] { 1, 2 }.SelectMany(loops => new[] { 0, 1 }.Select(index => new SampleRecord(
                "cell", "acc", loops, $"piqa/{index}", null, null, 1 - index, 1, "the answer", "the target")))],
            [], [], [])
        {
            Responses = !withResponses ? [] :
            [
                .. from loops in new[] { 1, 2 }
                   from index in new[] { 0, 1 }
                   from choice in new[] { 0, 1 }
                   select new ResponseRecord("cell", loops, $"piqa/{index}", choice, choice == 0 ? -1.5 : -2.25, choice == 0),
            ],
        });
        store.UpdateRunStatus(runId, RunStatus.Completed, Start.AddMinutes(1));
    }
}
