using System.Security.Cryptography;
using System.Text;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Prompts;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.Tests.TextTasks;

public sealed class PromptConformanceTests
{
    public static TheoryData<string, int> TasksAndShots
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var task in GoldenSamples.PromptTasks)
            {
                data.Add(task, 0);
                if (GoldenSamples.Read("prompts", task + ".json").Maps("cases")[0].GetValueOrDefault("k3") is not null)
                {
                    data.Add(task, 3);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(TasksAndShots))]
    public void Prompts_equal_the_reference_to_the_letter(string task, int shots)
    {
        var sample = GoldenSamples.Read("prompts", task + ".json");
        var cases = sample.Maps("cases");
        var rendered = PromptRenderer.Render(
            TaskCatalogue.BuiltIn.Get(task), [.. cases.Select(item => item["doc"].AsMap())], shots, sample.Maps("fewshot_docs_in_order")).ToList();

        for (var i = 0; i < cases.Count; i++)
        {
            var expected = cases[i][$"k{shots}"].AsMap();
            var line = PythonJson.Parse(rendered[i].ToJson()).AsMap();
            Assert.Equal(PythonJson.Dumps(expected["requests"]), PythonJson.Dumps(line["requests"]));
            Assert.Equal(expected["prompt_hash"], Hash(FirstArgument(rendered[i].Requests[0])));
            Assert.Equal(PythonJson.Dumps(cases[i].GetValueOrDefault("choices")), PythonJson.Dumps(line["choices"]));
            Assert.Equal(cases[i].GetValueOrDefault("gold"), line["gold"]);
            Assert.Equal(cases[i]["target_hash"], Hash(PythonFormat.Str(rendered[i].Target)));
        }
    }

    [Fact]
    public void Processed_documents_equal_the_reference()
    {
        foreach (var task in GoldenSamples.PromptTasks)
        {
            var reader = new DocumentReader(TaskCatalogue.BuiltIn.Get(task));
            foreach (var item in GoldenSamples.Read("prompts", task + ".json").Maps("cases"))
            {
                var processed = reader.Process(item["doc"].AsMap());
                Assert.Equal(PythonJson.Dumps(item.GetValueOrDefault("processed_doc") ?? item["doc"]), PythonJson.Dumps(processed));
                Assert.Equal(item["doc_hash"], Hash(PythonJson.Dumps(processed, 2)));
            }
        }
    }

    [Theory]
    [InlineData("based_drop", "based_drop")]
    [InlineData("based_nq", "based_nq_512")]
    [InlineData("based_triviaqa", "based_triviaqa")]
    [InlineData("based_fda", "based_fda")]
    [InlineData("based_swde", "based_swde")]
    [InlineData("based_squadv2", "based_squadv2")]
    public void Cloze_prompts_equal_the_reference_read_once_and_twice(string sampleName, string task)
    {
        foreach (var item in GoldenSamples.Read("prompts", "recall_cloze.json")["tasks"].AsMap()[sampleName].AsMap().Maps("cases"))
        {
            Assert.Equal(item["once_prompt"], Context(task, item["doc"].AsMap()));
            Assert.Equal(item["twice_prompt"], Context(task + "_twice", item["doc"].AsMap()));
        }
    }

    [Fact]
    public void Definitions_agree_with_the_reference_configuration()
    {
        foreach (var name in GoldenSamples.PromptTasks)
        {
            var sample = GoldenSamples.Read("prompts", name + ".json");
            var task = TaskCatalogue.BuiltIn.Get(name);
            Assert.Equal(sample["dataset_path"], task.DatasetPath);
            Assert.Equal(sample["dataset_name"], task.DatasetName);
            Assert.Equal(sample["evaluated_split"], task.EvaluatedSplit);
            Assert.Equal(sample["description"], task.Description);
            Assert.Equal(sample["target_delimiter"], task.TargetDelimiter);
            Assert.Equal(sample["fewshot_delimiter"], task.FewShotDelimiter);
            Assert.Equal(PythonFormat.Str(sample["task_version"]), PythonFormat.Str(task.Version));
            if (sample.Items("metrics").Count > 0)
            {
                Assert.Equal(sample.Items("metrics"), task.Metrics.Select(metric => (object?)metric.Metric));
            }
        }
    }

    [Theory]
    [InlineData("", "\n\n")]
    [InlineData("fewshot_delimiter: \"\\n\"", "\n")]
    [InlineData("fewshot_delimiter: \"\"", null)]
    [InlineData("fewshot_delimiter: \"\\n\"\ngeneration_kwargs: {max_gen_toks: 3}", "\n")]
    [InlineData("fewshot_delimiter: \"\\n\"\ngeneration_kwargs: {until: [\"!\"]}", "!")]
    [InlineData("generation_kwargs: {until: []}", null)]
    public void Generation_stops_at_the_delimiter_of_shots_unless_the_task_says_where(string fields, string? stop)
    {
        var yaml = $$$"""
            task: capitals
            dataset_path: someone/capitals
            output_type: generate_until
            test_split: test
            doc_to_text: "{{q}}"
            doc_to_target: "{{a}}"
            metric_list: [{metric: exact_match}]
            {{{fields}}}
            """;
        var task = TaskDefinitionReader.Read(yaml, "capitals.yaml", _ => null).Tasks.Single();
        var request = (GenerateUntilRequest)PromptRenderer.Render(task, [new OrderedDictionary<string, object?> { ["q"] = "Q", ["a"] = "A" }], 0, []).Single().Requests[0];
        Assert.Equal(stop is null ? [] : [stop], request.StopStrings);
    }

    private static string Context(string task, Map doc) => ((GenerateUntilRequest)PromptRenderer.Render(TaskCatalogue.BuiltIn.Get(task), [doc], 0, []).Single().Requests[0]).Context;

    private static string FirstArgument(TextRequest request) => request switch
    {
        LogLikelihoodRequest pair => pair.Context,
        RollingLogLikelihoodRequest rolling => rolling.Text,
        GenerateUntilRequest generation => generation.Context,
        _ => throw new InvalidOperationException(),
    };

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
