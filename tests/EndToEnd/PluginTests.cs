using System.Text.Json.Nodes;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>Tasks of a user's own, and the documents that come with the program's, through the command line.</summary>
public sealed class PluginTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-plugin-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_YAML_task_is_rendered_rescored_listed_and_evaluated()
    {
        // The worked example of tasks/README.md.
        File.WriteAllText(Path.Combine(folder, "capitals.yaml"), YamlOf("capitals"));
        Directory.CreateDirectory(Path.Combine(folder, "examples"));
        var docs = Path.Combine(folder, "examples", "capitals.jsonl");
        File.WriteAllText(docs, """{"country": "France", "capital": "Paris", "others": ["Lyon", "Nice"]}""" + "\n" + """{"country": "Chile", "capital": "Santiago", "others": ["Arica"]}""");
        var responses = Path.Combine(folder, "responses.jsonl");
        File.WriteAllText(responses, """{"choices": ["Paris", "Lyon"], "gold": 0, "loglikelihoods": [-1, -2], "is_greedy": [true, false]}""");

        Assert.Contains("The capital of France is", Run("render", "--task", "capitals", "--docs", docs, "--json", "--plugin", folder), StringComparison.Ordinal);
        Assert.Equal(1.0, (double)JsonNode.Parse(Run("rescore", "--task", "capitals", "--responses", responses, "--json", "--plugin", folder))!["metrics"]!["acc"]!);
        Assert.Contains("capitals", Run("list", "tasks", "--plugin", Path.Combine(folder, "capitals.yaml")), StringComparison.Ordinal);
        var line = JsonNode.Parse(Run("--plugin", folder, "eval", "--variant", "hash", "--task", "capitals", "--examples", "--json"))!;
        Assert.Equal(2, (int)line["metrics"]![0]!["documents"]!);
        Assert.Equal((1 / 3.0 + 1 / 2.0) / 2, (double)line["metrics"]![0]!["chance"]!, 9);
    }

    [Fact]
    public void A_suite_of_another_assembly_is_listed_and_named_in_plans()
    {
        var assembly = Path.Combine(folder, "Letters.dll");
        File.Copy(typeof(Tasks.Tests.Plugins.LetterPlugin).Assembly.Location, assembly);
        var plan = Path.Combine(folder, "plan.yaml");
        File.WriteAllText(plan, """
            name: letters
            description: a plug-in's suite
            testSetSeed: 1
            seeds: [1]
            experiments:
              - name: letters
                variants: [lt2-gdn@micro]
                testedLoopCounts: [2]
                train: { suite: permutation-text, sequenceLength: 64 }
                tests:
                  - { suite: next-letter, samples: 5 }
                recipe: { steps: 2, batchSize: 2 }
            """);

        Assert.Contains("next-letter", Run("list", "suites", "--plugin", assembly), StringComparison.Ordinal);
        Run("validate", plan, "--plugin", assembly);
        Assert.Equal(2, Lt2.Run("validate", plan).ExitCode);
    }

    [Fact]
    public void A_plug_in_that_is_not_there_is_named()
    {
        var (exit, _, error) = Lt2.Run("list", "suites", "--plugin", Path.Combine(folder, "none.dll"));
        Assert.Equal(2, exit);
        Assert.Contains("none.dll", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_task_runs_on_the_documents_that_come_with_it()
    {
        foreach (var task in Tasks.TextTasks.Definitions.TaskCatalogue.BuiltIn.Tasks.Select(task => task.Name).Where(name => !name.StartsWith("mmlu_", StringComparison.Ordinal)).Append("mmlu"))
        {
            var (exit, output, error) = Lt2.Run("eval", "--variant", "hash", "--task", task, "--examples", "--json", "--bootstrap-iterations", "0");
            Assert.True(exit == 0, $"{task}: {error}");
            var line = JsonNode.Parse(output)!;
            Assert.NotEmpty(line["metrics"]!.AsArray());
            Assert.NotEmpty(line["examples"]!.AsArray());
        }
    }

    [Fact]
    public void A_group_is_reported_with_its_parts()
    {
        var metrics = JsonNode.Parse(Run("eval", "--variant", "hash", "--task", "mmlu", "--examples", "--shots", "5", "--json"))!["metrics"]!.AsArray();
        var tasks = metrics.Where(row => ((string)row!["task"]!).StartsWith("mmlu_", StringComparison.Ordinal) && (int)row["documents"]! == 6).ToList();
        var whole = metrics.Single(row => (string)row!["task"]! == "mmlu")!;
        Assert.Equal(57, tasks.Count);
        Assert.Equal(57 * 6, (int)whole["documents"]!);
        Assert.Equal(tasks.Average(row => (double)row!["value"]!), (double)whole["value"]!, 9);
        Assert.Equal(0.25, (double)whole["chance"]!, 9);
        Assert.Equal(4, metrics.Count - tasks.Count - 1); // humanities, other, social sciences, STEM
    }

    [Fact]
    public void A_missing_data_set_says_what_to_place_where()
    {
        var (exit, _, error) = Lt2.Run("eval", "--variant", "hash", "--task", "piqa", "--data", folder);

        Assert.Equal(2, exit);
        Assert.Contains(Path.Combine(folder, "baber", "piqa"), error, StringComparison.Ordinal);
        Assert.Contains("lt2 data get baber/piqa", error, StringComparison.Ordinal);
        Assert.Contains("--examples", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_set_in_the_hub_s_layout_is_read_from_a_folder()
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, "baber", "piqa")).FullName;
        File.WriteAllText(Path.Combine(place, "validation.jsonl"), """{"goal": "Boil an egg", "sol1": "in water", "sol2": "in sand", "label": 0}""");
        File.WriteAllText(Path.Combine(place, "train.jsonl"), """{"goal": "Open a tin", "sol1": "by hand", "sol2": "with an opener", "label": 1}""");

        var line = JsonNode.Parse(Run("eval", "--variant", "hash", "--task", "piqa", "--data", folder, "--json"))!;
        Assert.Equal(1, (int)line["metrics"]![0]!["documents"]!);
        Assert.Empty(line["examples"]!.AsArray());
    }

    private static string Run(params string[] arguments)
    {
        var (exit, output, error) = Lt2.Run(arguments);
        Assert.True(exit == 0, error);
        return output;
    }

    // As the README prints it, so that the example there is known to work.
    private static string YamlOf(string task)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "tasks-README.md"));
        return string.Join('\n', lines.SkipWhile(line => line != $"task: {task}").TakeWhile(line => line != "```"));
    }
}
