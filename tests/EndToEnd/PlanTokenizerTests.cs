using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>Text trained by a tokenizer, checkpoints that a plan names, and what is said where vocabularies do not fit.</summary>
public sealed class PlanTokenizerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-tokens-").FullName;

    private string Tokenizer => Path.Combine(folder, "words.json");

    [Fact]
    public void A_plan_trains_by_a_tokenizer_and_another_scores_the_checkpoint()
    {
        TinyTokenizer.Write(Tokenizer);
        var trained = Run(TrainingPlan(Tokenizer));
        var checkpoint = Assert.Single(Directory.GetDirectories(trained.Checkpoints));
        var metadata = CheckpointFolder.ReadMetadata(checkpoint);
        Assert.Equal((TinyTokenizer.Size, "tokenizer.json"), (metadata.Definition.VocabularySize, metadata.Tokenizer));
        Assert.Equal(File.ReadAllBytes(Tokenizer), File.ReadAllBytes(Path.Combine(checkpoint, "tokenizer.json")));

        var given = Run(CheckpointPlan(checkpoint, "- { suite: benchmarks, task: piqa, parameters: { source: examples } }"));
        var again = Scores(given.Store);
        Assert.Equal([1, 2, 3], again.Select(metric => metric.Key.TestedLoopCount!.Value).Distinct().Order());
        Assert.Equal(Permutations(Scores(trained.Store), [1, 2]), Permutations(again, [1, 2]));
        Assert.Contains(again, metric => metric.Key.TaskId == "piqa");
    }

    [Fact]
    public void Tokenizers_of_a_plan_change_the_cells_and_bytes_do_not()
    {
        TinyTokenizer.Write(Tokenizer);
        var bytes = Cells(TrainingPlan(null));
        Assert.Equal(bytes, Cells(TrainingPlan("byte")));
        Assert.Empty(bytes.Intersect(Cells(TrainingPlan(Tokenizer))));
    }

    [Fact]
    public void Vocabularies_that_do_not_fit_are_told_with_every_other_problem()
    {
        TinyTokenizer.Write(Tokenizer);
        var text = Assert.Single(Directory.GetDirectories(Run(TrainingPlan(Tokenizer)).Checkpoints));
        TinyTokenizer.Write(Path.Combine(text, "tokenizer.json"), furtherSpecialTokens: 9);
        var generated = Path.Combine(folder, "generated");
        Assert.Equal(0, Lt2.Run("train", "lt2-gdn@micro", "--suite", "mqar", "--set", "length=16", "pairs=2", "vocabulary=16", "--steps", "1", "--checkpoint", generated).ExitCode);
        var plan = CheckpointPlan($"{text}, {generated}, {folder}/nowhere", "- { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 512 }, samples: 4 }");

        var (exit, _, error) = Lt2.Run("validate", Write(plan));

        Assert.Equal(2, exit);
        Assert.Contains($"has {TinyTokenizer.Size + 9} ids, but the model knows {TinyTokenizer.Size}", error, StringComparison.Ordinal);
        Assert.Contains($"mqar uses 512 ids, but the checkpoint '{text}' knows {TinyTokenizer.Size}", error, StringComparison.Ordinal);
        Assert.Contains($"permutation-text is text, but the checkpoint '{generated}' was trained on the ids of a generated suite", error, StringComparison.Ordinal);
        Assert.Contains("nowhere: there is no such checkpoint folder", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train: { suite: permutation-text, tokenizer: gtp2, sequenceLength: 16 }", "There is no tokenizer 'gtp2'. Did you mean 'gpt2'?")]
    [InlineData("train: { suite: mqar, tokenizer: gpt2 }", "mqar has token ids of its own; leave the tokenizer out.")]
    public void A_tokenizer_that_cannot_be_meant_is_refused(string train, string message)
    {
        var plan = TrainingPlan(null).Replace("train: { suite: permutation-text, sequenceLength: 32, validationSamples: 8 }", train, StringComparison.Ordinal);
        var (exit, _, error) = Lt2.Run("validate", Write(plan));

        Assert.Equal(2, exit);
        Assert.Contains($"plan.yaml:6: train.tokenizer: {message}", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_that_is_not_here_yet_is_named_and_its_size_known()
    {
        var (exit, output, error) = Lt2.Run("validate", Write(TrainingPlan("cl100k_base")), "--data", Path.Combine(folder, "empty"));
        Assert.True(exit == 0, error);
        Assert.Contains("Data set 'tiktoken-vocabularies' is not here yet", output, StringComparison.Ordinal);

        (_, output, _) = Lt2.Run("run", Write(TrainingPlan("cl100k_base")), "--dry-run", "--data", Path.Combine(folder, "empty"));
        Assert.Contains("with 100277 ids", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Checkpoints_and_training_in_one_experiment_are_refused()
    {
        var (exit, _, error) = Lt2.Run("validate", Write(CheckpointPlan("nowhere", "") + "\n    variants: [lt2-gdn@micro]\n"));

        Assert.Equal(2, exit);
        Assert.Contains("variants: the experiment scores checkpoints that are there already", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string TrainingPlan(string? tokenizer) => $$"""
        testSetSeed: 1
        threads: 1
        experiments:
          - name: text
            variants: [lt2-gdn@micro]
            train: { suite: permutation-text, {{(tokenizer is null ? "" : $"tokenizer: {tokenizer}, ")}}sequenceLength: 32, validationSamples: 8 }
            testedLoopCounts: [1, 2]
            recipe: { steps: 3, batchSize: 2 }
            tests:
              - { suite: permutation-text, parameters: { boxes: 3, moves: 1 }, samples: 6 }
        """;

    private static string CheckpointPlan(string checkpoints, string furtherTest) => $$"""
        testSetSeed: 1
        threads: 1
        experiments:
          - name: given
            checkpoints: [{{checkpoints}}]
            testedLoopCounts: [1, 2, 3]
            tests:
              - { suite: permutation-text, parameters: { boxes: 3, moves: 1 }, samples: 6 }
              {{furtherTest}}
        """;

    private string Write(string plan)
    {
        var path = Path.Combine(folder, "plan.yaml");
        File.WriteAllText(path, plan);
        return path;
    }

    private (string Store, string Checkpoints) Run(string plan)
    {
        var root = Path.Combine(folder, $"run-{Guid.NewGuid():N}");
        var (exit, _, error) = Lt2.Run("run", Write(plan), "--out", root, "--device", "cpu", "--no-report");
        Assert.True(exit == 0, error);
        var store = Assert.Single(Directory.GetFiles(root, ResultStore.FileName, SearchOption.AllDirectories));
        return (store, Path.Combine(Path.GetDirectoryName(store)!, "checkpoints"));
    }

    private List<string> Cells(string plan) => [.. Lt2.Run("run", Write(plan), "--dry-run").Output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Contains(" seed ", StringComparison.Ordinal)).Select(line => line[..20])];

    private static IReadOnlyList<MetricRecord> Scores(string path)
    {
        using var store = ResultStore.Open(path, StoreAccess.ReadOnly);
        return [.. store.Runs().SelectMany(run => store.Metrics(run.RunId)).Where(metric => metric.Key.SuiteId != "training")];
    }

    private static IReadOnlyList<(string, string?, int?, double?)> Permutations(IReadOnlyList<MetricRecord> metrics, int[] loopCounts) =>
    [
        .. metrics.Where(metric => metric.Key.SuiteId == "permutation-text" && loopCounts.Contains(metric.Key.TestedLoopCount!.Value))
            .Select(metric => (metric.Key.Metric, metric.Key.Slice, metric.Key.TestedLoopCount, metric.Value)).Order(),
    ];
}
