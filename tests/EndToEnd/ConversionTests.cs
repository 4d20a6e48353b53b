using System.Text.Json;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>A teacher is trained, written as Ouro is published, brought back, converted, scored and asked for text: all as a user types it.</summary>
public sealed class ConversionTests : IDisposable
{
    private const string Recipe = """
        name: short
        layers: list:gdn,gdn,full,gdn,gdn
        mixerOptions: { chunkLength: 16 }
        alignment: { tokens: 1024, sequenceLength: 32, batchSize: 8, learningRate: 0.01 }
        distillation: { tokens: 2048, sequenceLength: 32, batchSize: 8, learningRate: 0.005, topK: 16 }
        longContext: { tokens: 512, sequenceLength: 64, batchSize: 4, learningRate: 0.001, topK: 16, everyLoopShare: 0, crossEntropyWeight: 0.5 }
        exitGate: { tokens: 512, sequenceLength: 32, batchSize: 8, learningRate: 0.01 }
        """;

    private const string Plan = """
        name: chain
        testSetSeed: 3
        seeds: [1, 2]
        experiments:
          - name: teacher
            seeds: [1]
            variants: [ouro@micro]
            testedLoopCounts: [1, 2]
            train: { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, validationSamples: 20 }
            tests:
              - { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 20 }
            recipe: { steps: 10, batchSize: 8 }
        conversions:
          - { name: converted, experiment: teacher, teacher: ouro@micro, recipe: one.yaml }
          - { name: converted-without-alignment, experiment: teacher, teacher: ouro@micro, recipe: one.yaml, alignment: false }
        """;

    private readonly TinyPlan plan = new(Plan);

    private string Path(string name) => System.IO.Path.Combine(plan.Folder, name);

    public void Dispose() => plan.Dispose();

    [Fact]
    public void A_plan_trains_converts_with_each_seed_and_scores_teacher_and_students()
    {
        File.WriteAllText(Path("one.yaml"), Recipe.Replace("list:gdn,gdn,full,gdn,gdn", "gdn", StringComparison.Ordinal));
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");
        Assert.True(exit == 0, error);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());
        var cells = store.Cells(run.RunId);
        Assert.All(cells, cell => Assert.Equal(CellOutcome.Finished, cell.Outcome));
        Assert.Equal([1L, 2], cells.Where(cell => cell is { Kind: CellKind.Convert, VariantId: "converted@micro" }).Select(cell => cell.Seed!.Value).Order());
        Assert.Equal(4, cells.Count(cell => cell.Kind == CellKind.Convert));
        var accuracies = store.Metrics(run.RunId).Where(metric => metric.Key is { SuiteId: "mqar", Slice: null }).ToList();
        Assert.Equal(["converted-without-alignment@micro", "converted@micro", "ouro@micro"], accuracies.Select(metric => metric.Key.VariantId).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(2 * 5, accuracies.Select(metric => (metric.Key.VariantId, metric.Seed, metric.Key.TestedLoopCount)).Distinct().Count());
        var curve = store.TrainingPoints(run.RunId, cells.First(cell => cell.VariantId == "converted@micro" && cell.Kind == CellKind.Convert).CellId);
        Assert.Equal(curve.Select(point => point.Step).Distinct().Order(), curve.Select(point => point.Step));

        // A further run takes the converted checkpoints over.
        Assert.Equal(0, Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report", "--new").ExitCode);
        Assert.All(store.Cells(store.Runs()[^1].RunId).Where(cell => cell.Kind == CellKind.Convert), cell => Assert.Equal(run.RunId, cell.ReusedFromRunId));
    }

    [Theory]
    [InlineData("experiment: teacher, teacher: ouro@micro, recipe: one.yaml }", "experiment: techer, teacher: ouro@micro, recipe: one.yaml }", "Did you mean 'teacher'?")]
    [InlineData("teacher: ouro@micro, recipe: one.yaml }", "teacher: ouro@mini, recipe: one.yaml }", "not among the variants of experiment 'teacher'")]
    [InlineData("recipe: one.yaml }", "recipe: ouro-hybrid-tinny }", "Did you mean 'ouro-hybrid-tiny'?")]
    public void A_conversion_that_names_what_is_not_there_is_said_before_anything_runs(string old, string replacement, string expected)
    {
        File.WriteAllText(Path("one.yaml"), Recipe);
        var at = Plan.IndexOf(old, StringComparison.Ordinal);
        File.WriteAllText(plan.PlanPath, Plan[..at] + replacement + Plan[(at + old.Length)..]);
        var (exit, output, error) = Lt2.Run("validate", plan.PlanPath);
        Assert.NotEqual(0, exit);
        Assert.Contains(expected, output + error, StringComparison.Ordinal);
    }

    private void WriteLetters()
    {
        Directory.CreateDirectory(Path("data/letters"));
        File.WriteAllText(Path("data/letters/text.txt"), string.Concat(Enumerable.Range(0, 900).Select(i => $"Letter {i}: the {(i % 3 == 0 ? "cat" : "dog")} sat on the {(i % 2 == 0 ? "mat" : "log")}.\n")));
    }

    [Fact]
    public void A_plan_records_quality_loops_and_latency_of_early_exit_for_teacher_and_student()
    {
        WriteLetters();
        File.WriteAllText(Path("one.yaml"), Recipe.Replace("list:gdn,gdn,full,gdn,gdn", "gdn", StringComparison.Ordinal));
        File.WriteAllText(plan.PlanPath, """
            name: exits
            testSetSeed: 3
            experiments:
              - name: teacher
                variants: [ouro@micro]
                testedLoopCounts: [2]
                train: &text { suite: perplexity, task: library, parameters: { datasets: letters, documents: 20, pieceCharacters: 512 }, sequenceLength: 32, validationSamples: 8 }
                tests:
                  - { suite: perplexity, task: library, parameters: { datasets: letters, documents: 20, pieceCharacters: 512 }, samples: 4 }
                recipe: { steps: 4, batchSize: 8 }
                exits: { thresholds: [0, 0.7, 1.1], rows: 3 }
            conversions:
              - { name: converted, experiment: teacher, teacher: ouro@micro, recipe: one.yaml }
            """);
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--data", Path("data"), "--device", "cpu");
        Assert.True(exit == 0, error);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());
        Assert.All(store.Cells(run.RunId), cell => Assert.Equal(CellOutcome.Finished, cell.Outcome));
        var records = store.Metrics(run.RunId).Where(metric => metric.Key.SuiteId == "early-exit").ToList();
        foreach (var variant in (string[])["ouro@micro", "converted@micro"])
        {
            double[] Values(string metric) => [.. ((string[])["0", "0.7", "1.1"]).Select(threshold => records.Single(record => record.Key.VariantId == variant && record.Key.Metric == metric
                && record.Key.CaseParameters.Split(';').Contains($"exitThreshold={threshold}")).Value!.Value)];
            var loops = Values("mean_loops");
            Assert.Equal((1.0, 2.0), (loops[0], loops[2]));
            Assert.InRange(loops[1], 1, 2);
            Assert.All(Values("nat_per_token").Concat(Values("latency")), value => Assert.True(value > 0));
        }

        // A model without a gate cannot leave early, and the plan says so before anything runs.
        File.WriteAllText(plan.PlanPath, File.ReadAllText(plan.PlanPath).Replace("variants: [ouro@micro]", "variants: [lt2-gdn@micro]", StringComparison.Ordinal));
        Assert.Contains("lt2-gdn@micro has no exit gate", Lt2.Run("validate", plan.PlanPath, "--data", Path("data")) is var refused ? refused.Output + refused.Error : "", StringComparison.Ordinal);
    }

    [Fact]
    public void Verbs_carry_a_model_from_training_to_text()
    {
        WriteLetters();
        File.WriteAllText(Path("recipe.yaml"), Recipe.Replace("list:gdn,gdn,full,gdn,gdn", "gdn", StringComparison.Ordinal));
        string[] text = ["--suite", "perplexity", "--task", "library", "--set", "datasets=letters", "documents=20", "pieceCharacters=512", "--data", Path("data"), "--device", "cpu"];
        string Succeeds(params string[] arguments)
        {
            var (exit, output, error) = Lt2.Run(arguments);
            Assert.True(exit == 0, $"lt2 {string.Join(' ', arguments)}: {error}");
            return output;
        }

        JsonElement Json(params string[] arguments) => JsonDocument.Parse(Succeeds([.. arguments, "--json"])).RootElement;
        Succeeds(["train", "ouro@micro", "--checkpoint", Path("trained"), "--steps", "25", "--batch", "8", "--sequence-length", "32", .. text]);
        Succeeds(["train", "ouro@micro", "--from", Path("trained"), "--loss", "exitImprovement", "--checkpoint", Path("teacher"), "--steps", "5", "--batch", "8", "--sequence-length", "32", .. text]);
        Succeeds("export", "--format", "ouro", "--checkpoint", Path("teacher"), "--to", Path("published"), "--shard-gigabytes", "0.00005");
        Assert.True(File.Exists(Path("published/model.safetensors.index.json")));
        Succeeds("import", Path("published"), "--checkpoint", Path("imported"), "--tokenizer", "byte");
        Assert.Contains("fits", Succeeds(["convert", Path("imported"), "--recipe", Path("recipe.yaml"), "--checkpoint", Path("hybrid"), "--dry-run", .. text]), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path("hybrid")));
        var converted = Json(["convert", Path("imported"), "--recipe", Path("recipe.yaml"), "--checkpoint", Path("hybrid"), "--validation-samples", "8", "--teacher-cache", Path("cache"), .. text]);
        Assert.Equal(["alignment", "distillation", "longContext", "exitGate"], converted.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("name").GetString()));
        Assert.False(Directory.Exists(Path("hybrid.partial")));
        var metrics = Json(["eval", "--checkpoint", Path("hybrid"), "--loops", "1,2,3", "--samples", "4", .. text]).GetProperty("metrics");
        Assert.Equal([1, 2, 3], metrics.EnumerateArray().Select(metric => metric.GetProperty("testedLoopCount").GetInt32()).Distinct());
        var points = Json(["eval", "--checkpoint", Path("trained"), "--exit-thresholds", "0,0.7,1.1", "--samples", "3", .. text]).GetProperty("points").EnumerateArray().ToList();
        Assert.Equal((1.0, 2.0), (points[0].GetProperty("meanLoopCount").GetDouble(), points[2].GetProperty("meanLoopCount").GetDouble()));
        Assert.All(points, point => Assert.True(point.GetProperty("natPerToken").GetDouble() > 0));
    }

    [Fact]
    public void Text_is_generated_greedily_or_drawn_up_to_a_stop_string_in_batches_of_any_lengths()
    {
        var checkpoint = TinyText.Checkpoint(plan.Folder);
        string[] common = ["generate", "--checkpoint", checkpoint, "--device", "cpu", "--max-new-tokens", "12"];
        JsonElement Json(params string[] arguments)
        {
            var (exit, output, error) = Lt2.Run([.. common, "--json", .. arguments]);
            Assert.True(exit == 0, error);
            return JsonDocument.Parse(output).RootElement;
        }

        string Text(JsonElement json, int index = 0) => json.GetProperty("texts")[index].GetProperty("text").GetString()!;
        var (streamExit, streamed, timing) = Lt2.Run([.. common, "--prompt", "the cat"]);
        Assert.Equal(0, streamExit);
        var greedy = Text(Json("--prompt", "the cat"));
        Assert.Equal(greedy + Environment.NewLine, streamed);
        Assert.Contains("token/s", timing, StringComparison.Ordinal);
        var batch = Json("--prompt", "a dog sat", "the cat", "on");
        Assert.Equal(greedy, Text(batch, 1));
        Assert.Equal(12, batch.GetProperty("texts")[2].GetProperty("tokenCount").GetInt32());
        Assert.Equal(Text(Json("--prompt", "the cat", "--temperature", "1", "--seed", "4")), Text(Json("--prompt", "the cat", "--temperature", "1", "--seed", "4")));
        Assert.NotEqual(Text(Json("--prompt", "the cat", "--temperature", "2", "--seed", "4")), Text(Json("--prompt", "the cat", "--temperature", "2", "--seed", "5")));
        Assert.Equal(greedy, Text(Json("--prompt", "the cat", "--temperature", "1", "--top-k", "1")));
        var stop = greedy.First(letter => letter != '\uFFFD').ToString();
        var stopped = Json("--prompt", "the cat", "--stop", stop);
        Assert.Equal(greedy[..greedy.IndexOf(stop, StringComparison.Ordinal)], Text(stopped));
        Assert.Equal("stopString", stopped.GetProperty("texts")[0].GetProperty("endedBy").GetString());
        Assert.Equal(3.0, Json("--prompt", "the cat", "--loops", "3").GetProperty("texts")[0].GetProperty("meanLoopCount").GetDouble());
        Assert.InRange(Json("--prompt", "the cat", "--exit-threshold", "0").GetProperty("texts")[0].GetProperty("meanLoopCount").GetDouble(), 1, 1.2);
    }

    [Fact]
    public void A_dry_run_says_what_generation_needs_and_refuses_what_cannot_fit()
    {
        var checkpoint = TinyText.Checkpoint(plan.Folder);
        var (exit, output, _) = Lt2.Run("generate", "--checkpoint", checkpoint, "--prompt", "a", "--dry-run", "--device", "cpu", "--json");
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(0, exit);
        Assert.Equal(json.GetProperty("parameters").GetInt64() * 4, json.GetProperty("parameterBytes").GetInt64());
        Assert.True(json.GetProperty("fits").GetBoolean());
        string[] huge = ["generate", "--checkpoint", checkpoint, "--prompt", "a", "--context", "2000000000", "--device", "cpu"];
        var (refused, said, _) = Lt2.Run([.. huge, "--dry-run"]);
        Assert.Equal(2, refused);
        Assert.Contains("does not fit", said, StringComparison.Ordinal);
        var (tooLarge, _, error) = Lt2.Run(huge);
        Assert.Equal(2, tooLarge);
        Assert.Contains("Shorten the context", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--temperature", "-1", "temperature is -1")]
    [InlineData("--top-p", "2", "top-p is 2")]
    [InlineData("--max-new-tokens", "0", "--max-new-tokens is 0")]
    public void Settings_that_make_no_sense_are_refused(string option, string value, string expected)
    {
        var (exit, _, error) = Lt2.Run("generate", "--checkpoint", TinyText.Checkpoint(plan.Folder), "--prompt", "a", option, value, "--device", "cpu");
        Assert.Equal(2, exit);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
