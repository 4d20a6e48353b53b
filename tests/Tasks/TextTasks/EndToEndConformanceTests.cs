using LT2.Eval.Tasks.Tests.Data;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Export;
using LT2.Eval.Tasks.TextTasks.Python;
using LT2.Eval.Tasks.TextTasks.Requests;

namespace LT2.Eval.Tasks.Tests.TextTasks;

/// <summary>Whole runs of the hash model, compared byte for byte with the reference's files.</summary>
public sealed class EndToEndConformanceTests
{
    private const string ReferenceCommit = "4e7e0d47f33bc71070c1d38394bafbb52b117163";

    // The reference drew shots from four documents; the samples list the first three. The fourth is known by its prompt.
    private static readonly Dictionary<string, string> FourthDocuments = new()
    {
        ["arc_challenge"] = """{"id": "x", "question": "What erodes a cliff fastest?", "choices": {"text": ["waves"], "label": ["A"]}, "answerKey": "A"}""",
        ["arc_easy"] = """{"id": "x", "question": "Which tool cuts wood?", "choices": {"text": ["saw"], "label": ["A"]}, "answerKey": "A"}""",
        ["boolq"] = """{"passage": "Oto has no airport.", "question": "can you fly to oto", "label": 0}""",
        ["commonsense_qa"] = """{"question": "Where are oars?", "choices": {"text": ["boat", "desk", "oven", "tree", "cave"]}, "answerKey": "A"}""",
        ["copa"] = """{"premise": "The bell rang.", "choice1": "Someone pulled the rope.", "choice2": "-", "question": "cause", "label": 0}""",
        ["hellaswag"] = """{"activity_label": "Music", "ctx_a": "He opens the piano.", "ctx_b": "he", "endings": ["plays a scale."], "label": "0"}""",
        ["openbookqa"] = """{"question_stem": "Gravity pulls", "choices": {"text": ["down"], "label": ["A"]}, "answerKey": "A"}""",
        ["piqa"] = """{"goal": "Clean a window", "sol1": "use vinegar and water", "sol2": "-", "label": 0}""",
        ["sciq"] = """{"support": "Ants live in colonies.", "question": "Where do ants live?", "distractor1": "-", "distractor2": "-", "distractor3": "-", "correct_answer": "colonies"}""",
        ["social_iqa"] = """{"context": "Di sang.", "question": "Why?", "answerA": "for joy", "answerB": "-", "answerC": "-", "label": "1"}""",
        ["winogrande"] = """{"sentence": "The boat sank because the _ holed the boat.", "option1": "stone", "option2": "-", "answer": "1"}""",
    };

    public static TheoryData<string> Runs => new(Directory.GetDirectories(Path.Combine(GoldenSamples.Folder, "endtoend")).Select(path => Path.GetFileName(path)!));

    [Theory]
    [MemberData(nameof(Runs))]
    public void Results_and_samples_equal_the_reference_byte_for_byte(string run)
    {
        using var temporary = new TemporaryFolder();
        var (name, shots) = (run[..^3], int.Parse(run[^1..], System.Globalization.CultureInfo.InvariantCulture));
        var evaluated = Evaluate(name, shots);

        var paths = HarnessLayoutWriter.Write(temporary.Path, [evaluated], [], HarnessRunInfo.ForHashScorer(ReferenceCommit), new Epoch());

        var expected = Path.Combine(GoldenSamples.Folder, "endtoend", run);
        Assert.Equal(File.ReadAllText(Path.Combine(expected, "results.json")).TrimEnd('\n'), File.ReadAllText(paths[0]));
        Assert.Equal(File.ReadAllText(Path.Combine(expected, "samples.jsonl")), File.ReadAllText(paths[1]));
        Assert.Equal(Path.Combine(temporary.Path, "hash-lm", "results_1970-01-01T00-00-00.000000.json"), paths[0]);
        Assert.Equal(Path.Combine(temporary.Path, "hash-lm", $"samples_{name}_1970-01-01T00-00-00.000000.jsonl"), paths[1]);
    }

    [Fact]
    public void Groups_are_weighted_by_the_number_of_documents()
    {
        using var temporary = new TemporaryFolder();
        var two = new[] { Evaluate("mmlu_anatomy", 0), Evaluate("mmlu_abstract_algebra", 0) };
        var group = new TaskGroup("pair", ["mmlu_anatomy", "mmlu_abstract_algebra"], []);

        var paths = HarnessLayoutWriter.Write(temporary.Path, two, [group, TaskCatalogue.BuiltIn.FindGroup("mmlu")!], HarnessRunInfo.ForHashScorer(null), new Epoch());

        var results = PythonJson.Parse(File.ReadAllText(paths[0])).AsMap();
        var row = results["groups"].AsMap()["pair"].AsMap();
        Assert.Equal(4L, row["sample_count"]);
        Assert.Equal((two[0].Value(two[0].Task.Metrics[0]) + two[1].Value(two[1].Task.Metrics[0])) / 2, row["acc,none"]);
        Assert.False(results["groups"].AsMap().ContainsKey("mmlu")); // 55 of its tasks are missing
    }

    [Fact]
    public void Names_become_folders_without_characters_that_file_systems_refuse() =>
        Assert.Equal("a__b__c", HarnessLayoutWriter.Sanitize("a/b:?*c"));

    private static EvaluatedTask Evaluate(string name, int shots)
    {
        var sample = GoldenSamples.Read("prompts", name + ".json");
        var pool = sample.Maps("fewshot_docs_in_order").ToList();
        if (FourthDocuments.TryGetValue(name, out var fourth))
        {
            pool.Add(PythonJson.Parse(fourth).AsMap());
        }

        return TaskEvaluation.Evaluate(
            TaskCatalogue.BuiltIn.Get(name), [.. sample.Maps("cases").Select(item => item["doc"].AsMap())], shots, pool, new HashScorer(), TestContext.Current.CancellationToken);
    }

    private sealed class Epoch : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
