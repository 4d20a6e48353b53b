using System.Text.Json.Nodes;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>Prompts and scores through the command line, compared with the reference's.</summary>
public sealed class RenderAndRescoreTests
{
    public static TheoryData<string> RenderedTasks => Names("prompts", "needle", "recall_cloze");

    public static TheoryData<string> RescoredTasks => Names("scoring", "aggregates", "generation", "lambada_openai", "wikitext");

    [Theory]
    [MemberData(nameof(RenderedTasks))]
    public void Rendered_prompts_equal_the_reference(string task)
    {
        using var files = new ConformanceFiles(task);
        foreach (var shots in new[] { 0, 3 })
        {
            var expected = files.Prompts["cases"]!.AsArray().Where(item => item![$"k{shots}"] is not null).ToList();
            if (expected.Count == 0)
            {
                continue; // a task with its own fixed shots has no other number
            }

            var (exit, output, error) = Lt2.Run("render", "--task", task, "--docs", files.Docs, "--shots", $"{shots}", "--fewshot-docs", files.FewShotDocs, "--json");

            Assert.True(exit == 0, error);
            var lines = Lines(output);
            Assert.Equal(expected.Count, lines.Count);
            for (var i = 0; i < lines.Count; i++)
            {
                Assert.Equal(i, (int)lines[i]["index"]!);
                Assert.True(JsonNode.DeepEquals(expected[i]![$"k{shots}"]!["requests"], lines[i]["requests"]), $"{task}, {shots} shots, document {i}: {lines[i]}");
                Assert.True(JsonNode.DeepEquals(expected[i]!["choices"], lines[i]["choices"]));
                Assert.Equal(expected[i]!["gold"]?.ToJsonString(), lines[i]["gold"]?.ToJsonString());
            }
        }
    }

    [Theory]
    [MemberData(nameof(RescoredTasks))]
    public void Rescored_metrics_equal_the_reference(string task)
    {
        using var files = new ConformanceFiles(task);
        var sample = ConformanceFiles.Read("scoring", $"{task}.json");
        var responses = files.Write("responses.jsonl", sample["cases"]!.AsArray().Select(item => item!));

        var (exit, output, error) = Lt2.Run("rescore", "--task", task, "--responses", responses, "--json");

        Assert.True(exit == 0, error);
        var line = Assert.Single(Lines(output));
        Assert.Equal(task, (string)line["task"]!);
        foreach (var (metric, value) in sample["aggregate_over_all_cases"]!.AsObject())
        {
            Assert.Equal((double)value!, (double)line["metrics"]![metric.Replace(",none", "", StringComparison.Ordinal)]!, 12);
        }
    }

    [Fact]
    public void A_faulty_line_of_responses_is_named()
    {
        using var files = new ConformanceFiles("piqa");
        var responses = Path.Combine(files.Folder, "responses.jsonl");
        File.WriteAllText(responses, """{"choices": ["a", "b"], "gold": 0, "loglikelihoods": [-1], "is_greedy": [true, false]}""");

        var (exit, output, error) = Lt2.Run("rescore", "--task", "piqa", "--responses", responses, "--json");

        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Contains("response 1", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_without_a_column_leaves_no_output()
    {
        using var files = new ConformanceFiles("piqa");
        File.AppendAllText(files.Docs, """{"goal": "Sharpen a knife"}""");

        var (exit, output, error) = Lt2.Run("render", "--task", "piqa", "--docs", files.Docs, "--json");

        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Contains($"{files.Docs}, line 3: task 'piqa': 'sol1' is not defined", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_ends_of_Windows_a_byte_order_mark_and_empty_lines_change_nothing()
    {
        using var files = new ConformanceFiles("piqa");
        var (_, expected, _) = Lt2.Run("render", "--task", "piqa", "--docs", files.Docs, "--json");
        File.WriteAllText(files.Docs, "\uFEFF" + string.Join("\r\n\r\n", File.ReadAllLines(files.Docs)) + "\r\n");

        var (exit, output, error) = Lt2.Run("render", "--task", "piqa", "--docs", files.Docs, "--json");

        Assert.True(exit == 0, error);
        Assert.Equal(expected, output);
    }

    [Fact]
    public void Every_faulty_document_and_too_few_shots_are_named()
    {
        using var files = new ConformanceFiles("arc_easy");
        File.WriteAllLines(files.Docs,
        [
            """{"question": "a", "choices": {"text": ["x", "y"], "label": ["A", "B"]}, "answerKey": "B"}""",
            """{"question": "a", "choices": {"text": [], "label": []}, "answerKey": "A"}""",
            """{"question": "a", "choices": {"text": ["\ud800"], "label": ["A"]}, "answerKey": "A"}""",
        ]);
        var (exit, output, error) = Lt2.Run("render", "--task", "arc_easy", "--docs", files.Docs, "--json");
        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Contains("line 3", error, StringComparison.Ordinal);

        File.WriteAllLines(files.Docs, File.ReadAllLines(files.Docs).Take(2).Append("""{"question": "a"}"""));
        (exit, _, error) = Lt2.Run("render", "--task", "arc_easy", "--docs", files.Docs, "--json");
        Assert.Equal(2, exit);
        Assert.Contains("line 2", error, StringComparison.Ordinal);
        Assert.Contains("line 3", error, StringComparison.Ordinal);

        (exit, _, error) = Lt2.Run("render", "--task", "arc_easy", "--docs", files.FewShotDocs, "--shots", "99", "--fewshot-docs", files.FewShotDocs);
        Assert.Equal(2, exit);
        Assert.Contains("99 shots are asked for", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_task_names_the_nearest()
    {
        var (exit, _, error) = Lt2.Run("render", "--task", "hellaswga", "--docs", "none.jsonl");

        Assert.Equal(2, exit);
        Assert.Contains("Did you mean 'hellaswag'?", error, StringComparison.Ordinal);
    }

    private static List<JsonNode> Lines(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    private static TheoryData<string> Names(string folder, params string[] others) => new(Directory.GetFiles(ConformanceFiles.PathOf(folder))
        .Select(path => Path.GetFileNameWithoutExtension(path)!).Where(name => !others.Contains(name)).Order(StringComparer.Ordinal));
}
