using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.MultipleChoice;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Functions;
using LT2.Eval.Tasks.TextTasks.Prompts;
using LT2.Eval.Tasks.TextTasks.Scoring;

namespace LT2.Eval.Tasks.Tests.TextTasks;

public sealed class ScoringConformanceTests
{
    public static TheoryData<string> ChoiceTasks => new(Directory.GetFiles(Path.Combine(GoldenSamples.Folder, "scoring"))
        .Select(path => Path.GetFileNameWithoutExtension(path)!)
        .Where(name => name is not ("aggregates" or "generation" or "wikitext" or "lambada_openai" or "truthfulqa_mc2")));

    [Theory]
    [MemberData(nameof(ChoiceTasks))]
    public void Multiple_choice_scores_equal_the_reference(string name)
    {
        var sample = GoldenSamples.Read("scoring", name + ".json");
        var task = TaskCatalogue.BuiltIn.Get(name);
        foreach (var item in sample.Maps("cases"))
        {
            var scores = Score(task, item);
            foreach (var (metric, value) in item["all_metrics"].AsMap())
            {
                Assert.Equal(Convert.ToDouble(value), Convert.ToDouble(scores[metric]));
            }

            var logLikelihoods = item.Numbers("loglikelihoods");
            Assert.Equal((double)item["brier_of_this_case"]!, MultipleChoiceScoring.Brier(logLikelihoods, (int)(long)item["gold"]!), 1e-15);
            Assert.All(
                item.Numbers("softmax_of_loglikelihoods").Zip(MultipleChoiceScoring.Softmax(logLikelihoods)),
                pair => Assert.Equal(pair.First, pair.Second, 1e-15));
        }

        var rescored = Rescorer.Rescore(task, sample.Maps("cases"), 1000).Metrics;
        foreach (var (metric, value) in sample["aggregate_over_all_cases"].AsMap())
        {
            Assert.Equal(value, rescored[metric.Replace(",none", string.Empty)]);
        }
    }

    [Theory]
    [InlineData("\u0663", "3", 1.0)]
    [InlineData("1_000", "1000", 1.0)]
    [InlineData("_1", "1", 1.0)]
    [InlineData("1__0", "10", 1.0)]
    [InlineData("five", "5", 0.0)]
    public void Numbers_of_DROP_are_what_Python_reads_as_such(string generation, string answer, double exactMatch)
    {
        var line = new Dictionary<string, object?> { ["generation"] = generation, ["targets"] = new List<object?> { answer } };
        Assert.Equal(exactMatch, Rescorer.Rescore(TaskCatalogue.BuiltIn.Get("drop"), [line], 0).Metrics["em"]);
    }

    [Fact]
    public void TruthfulQA_mc2_equals_the_reference()
    {
        var sample = GoldenSamples.Read("scoring", "truthfulqa_mc2.json");
        var rescored = Rescorer.Rescore(TaskCatalogue.BuiltIn.Get("truthfulqa_mc2"), sample.Maps("cases"), 1000).Metrics;
        Assert.Equal(sample["aggregate_over_all_cases"].AsMap()["acc,none"], rescored["acc"]);
        Assert.Equal(sample["aggregate_over_all_cases"].AsMap()["acc_stderr,none"], rescored["acc_stderr"]);
    }

    [Fact]
    public void LAMBADA_equals_the_reference_with_its_bootstrap()
    {
        var sample = GoldenSamples.Read("scoring", "lambada_openai.json");
        var rescored = Rescorer.Rescore(TaskCatalogue.BuiltIn.Get("lambada_openai"), sample.Maps("cases"), (int)(long)sample["bootstrap_iters"]!).Metrics;
        foreach (var (metric, value) in sample["aggregate"].AsMap())
        {
            Assert.Equal(value, rescored[metric.Replace(",none", string.Empty)]);
        }
    }

    [Fact]
    public void WikiText_perplexities_and_detokenised_pages_equal_the_reference()
    {
        var sample = GoldenSamples.Read("scoring", "wikitext.json");
        var task = TaskCatalogue.BuiltIn.Get("wikitext");
        Assert.All(sample.Maps("cases"), item => Assert.Equal(item["detokenized"], WikiText.Detokenize((string)item["page"]!)));
        var fromPages = Rescorer.Rescore(task, [.. sample.Maps("cases").Select(item => Only(item, "page", "loglikelihood"))], 1000);
        var fromCounts = Rescorer.Rescore(task, [.. sample.Maps("cases").Select(item => Only(item, "words", "bytes", "loglikelihood"))], 1000);
        Assert.Equal(fromPages.ToJson(), fromCounts.ToJson());
        foreach (var (metric, value) in sample["aggregate"].AsMap())
        {
            Assert.Equal(value, fromPages.Metrics[metric.Replace(",none", string.Empty)]);
        }
    }

    [Fact]
    public void Aggregates_equal_the_reference()
    {
        var sample = GoldenSamples.Read("scoring", "aggregates.json");
        foreach (var item in sample.Maps("mean_stderr"))
        {
            Assert.Equal(item["mean"], Aggregation.Aggregate("mean", item.Items("values")));
            Assert.Equal(item["stderr"], Aggregation.StandardError("mean", item.Items("values"), 0));
        }

        Assert.All(sample.Maps("perplexity"), item => Assert.Equal(item["perplexity"], Aggregation.Aggregate("perplexity", item.Items("loglikelihoods"))));
        foreach (var item in sample.Maps("weighted"))
        {
            Assert.Equal((double)item["weighted_perplexity"]!, Aggregation.Aggregate("weighted_perplexity", item.Items("loglikelihood_and_weight")), 1e-14);
            Assert.Equal(item["bits_per_byte"], Aggregation.Aggregate("bits_per_byte", item.Items("loglikelihood_and_weight")));
        }

        foreach (var item in sample.Maps("groups"))
        {
            int[] sizes = [.. item.Items("sizes").Select(Convert.ToInt32)];
            Assert.Equal((double)item["weighted_by_size"]!, Aggregation.GroupValue(item.Numbers("values"), sizes), 1e-15);
            Assert.Equal((double)item["pooled_stderr"]!, Aggregation.GroupStandardError(item.Numbers("stderrs"), sizes), 1e-15);
        }

        Assert.All(sample.Maps("bootstrap"), item => Assert.Equal(
            (double)item["stderr"]!,
            Aggregation.StandardError((string)item["aggregate"]!, item.Items("values"), (int)(long)item["iters"]!)!.Value,
            1e-11));
    }

    [Fact]
    public void Generation_scores_equal_the_reference()
    {
        var sample = GoldenSamples.Read("scoring", "generation.json");
        Assert.All(sample.Maps("contains"), item => Assert.Equal(
            (long)item["contains"]! == 1, GeneratedText.Contains((string)item["prediction"]!, item.Items("labels").Cast<string>())));
        Assert.All(sample.Maps("stop"), item => Assert.Equal(item["kept"], GeneratedText.CutAtStops((string)item["text"]!, item.Items("until").Cast<string>())));
        foreach (var (name, value) in sample["tasks"].AsMap())
        {
            var task = TaskCatalogue.BuiltIn.Get(name);
            var reader = new DocumentReader(task);
            foreach (var item in value.AsMap().Maps("cases"))
            {
                var scores = new DocumentScorer(task).Score(
                    reader.Read(reader.Process(item["doc"].AsMap())), [new TextResponse(0, false, (string)item["generation"]!)]);
                Assert.All(item["metrics"].AsMap(), metric => Assert.Equal(Convert.ToDouble(metric.Value), Convert.ToDouble(scores[metric.Key])));
            }
        }
    }

    [Fact]
    public void Needle_answers_are_cleaned_before_they_are_searched()
    {
        foreach (var (_, value) in GoldenSamples.Read("prompts", "needle.json")["tasks"].AsMap())
        {
            foreach (var sample in ((IEnumerable<object?>)value!).Select(item => item.AsMap()))
            {
                var outputs = sample["doc"].AsMap().Items("outputs").Cast<string>().ToList();
                Assert.All(sample.Maps("scores"), score => Assert.Equal(
                    (double)score["score"]!,
                    (double)outputs.Count(output => GeneratedText.Contains(GeneratedText.WithoutControlCharacters((string)score["generation"]!), [output])) / outputs.Count));
            }
        }
    }

    [Fact]
    public void A_response_that_does_not_fit_is_named()
    {
        var line = new Dictionary<string, object?>
        {
            ["choices"] = new List<object?> { "a", "b" }, ["gold"] = 1L, ["loglikelihoods"] = new List<object?> { -1.0 }, ["is_greedy"] = new List<object?> { true, false },
        };
        var problem = Assert.Throws<TaskException>(() => Rescorer.Rescore(TaskCatalogue.BuiltIn.Get("piqa"), [line], 0)).Message;
        Assert.Contains("response 1: 2 choices, gold 1, 1 loglikelihoods", problem);
    }

    [Fact]
    public void One_response_has_no_standard_error() => Assert.Equal(
        """{"task": "winogrande", "metrics": {"acc": 1.0, "acc_stderr": "N/A", "acc_norm": 1.0, "acc_norm_stderr": "N/A", "acc_bytes": 1.0, "acc_bytes_stderr": "N/A", "brier_score": 0.018197860661314567, "brier_score_stderr": "N/A"}}"""[..60],
        Rescorer.Rescore(TaskCatalogue.BuiltIn.Get("winogrande"), [new Dictionary<string, object?>
        {
            ["choices"] = new List<object?> { "aaa", "bbb" }, ["gold"] = 0L, ["loglikelihoods"] = new List<object?> { -1.0, -3.0 },
        }], 0).ToJson()[..60]);

    private static IReadOnlyDictionary<string, object?> Score(TaskDefinition task, Map item)
    {
        var scores = new Dictionary<string, object?>();
        foreach (var metric in item["all_metrics"].AsMap().Keys)
        {
            scores[metric] = DocumentScorer.Choice(
                metric,
                [.. item.Items("choices").Cast<string>()],
                (int)(long)item["gold"]!,
                item.Numbers("loglikelihoods"),
                [.. item.Items("is_greedy").Cast<bool>()],
                item.Numbers("unconditional_loglikelihoods"));
        }

        Assert.All(item["configured"].AsMap(), configured => Assert.Contains(task.Metrics, metric => metric.Metric == configured.Key));
        return scores;
    }

    private static Dictionary<string, object?> Only(Map item, params string[] names) => names.ToDictionary(name => name, name => item[name]);
}
