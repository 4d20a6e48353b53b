using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.FewShot;
using LT2.Eval.Tasks.TextTasks.Scoring;

namespace LT2.Eval.Tasks.Tests.TextTasks;

public sealed class TaskDefinitionReaderTests
{
    [Fact]
    public void Names_that_do_not_exist_are_all_refused_when_the_file_is_read()
    {
        var problems = Problems("generate_until", """
            metric_list:
              - metric: exact_matc
                aggregation: meann
              - metric: acc
            filter_list:
              - name: tidy
                filter:
                  - function: lowercase
                  - function: remove_whitespaces
              - name: other
                filter:
                  - function: no_such_filter
            fewshot_config:
              sampler: first_m
            """);
        Assert.Equal(
            [
                "capitals.yaml: the metric 'exact_matc' is not known for output_type generate_until. Did you mean 'exact_match'?",
                "capitals.yaml: the metric 'exact_matc' has no aggregation 'meann'. Did you mean 'mean'?",
                "capitals.yaml: the metric 'acc' is not known for output_type generate_until. Known: exact_match, contains, f1.",
                "capitals.yaml: there is no filter function 'remove_whitespaces'. Did you mean 'remove_whitespace'?",
                "capitals.yaml: there is no filter function 'no_such_filter'. Known: remove_whitespace, lowercase, uppercase, take_first.",
                "capitals.yaml: there is no few-shot sampler 'first_m'. Did you mean 'first_n'?",
            ],
            problems);
    }

    [Fact]
    public void Names_are_checked_beside_the_other_mistakes_of_a_file()
    {
        var problems = Problems("multiple_choice", """
            metric_list: [{metric: acccc}, {metric: brier_score, aggregation: mean}, {metric: acc, aggregation: !function f}]
            fewshot_config: {sampler: no_such_sampler}
            filter_list: [{name: x, filter: [{regex: a}]}]
            lisense: MIT
            """);
        Assert.Contains("capitals.yaml: there is no field 'lisense'. Did you mean 'licence'?", problems);
        Assert.Contains("capitals.yaml: a multiple-choice task needs doc_to_choice.", problems);
        Assert.Contains("capitals.yaml: the metric 'acccc' is not known for output_type multiple_choice. Did you mean 'acc'?", problems);
        Assert.Contains("capitals.yaml: the metric 'brier_score' has no aggregation 'mean'. Known: brier_score.", problems);
        Assert.Contains("capitals.yaml: the aggregation of the metric 'acc' must be a name: mean, median, perplexity.", problems);
        Assert.Contains("capitals.yaml: there is no few-shot sampler 'no_such_sampler'. Known: default, first_n.", problems);
        Assert.Contains("capitals.yaml: every step of a filter needs a field 'function' with a name: remove_whitespace, lowercase, uppercase, take_first.", problems);
    }

    [Theory]
    [InlineData("contains", "contains")]
    [InlineData("drop.em_f1", "em, f1")]
    public void A_function_that_scores_says_which_metrics_there_are(string function, string known)
    {
        var problems = Problems("generate_until", $"metric_list: [{{metric: perplexity}}]\nprocess_results: !function {function}");
        Assert.Equal([$"capitals.yaml: the metric 'perplexity' is not known for the function {function}. Known: {known}."], problems);
    }

    [Theory]
    [InlineData("loglikelihood", "metric_list: [{metric: perplexity}, {metric: acc, aggregation: median}]")]
    [InlineData("loglikelihood_rolling", "metric_list: [{metric: word_perplexity, aggregation: weighted_perplexity}, {metric: byte_perplexity}, {metric: bits_per_byte, aggregation: bits_per_byte}]")]
    [InlineData("generate_until", "metric_list: [{metric: exact_match}, {metric: contains}, {metric: f1}]\nfewshot_config: {sampler: first_n}\nfilter_list: [{name: x, filter: [{function: take_first}]}]")]
    [InlineData("multiple_choice", "doc_to_choice: [a, b]\nmetric_list: [{metric: acc}, {metric: acc_norm}, {metric: acc_bytes}, {metric: acc_mutual_info}, {metric: exact_match}, {metric: brier_score}]")]
    public void Every_known_name_is_taken(string outputType, string fields) => Assert.Empty(Problems(outputType, fields));

    [Fact]
    public void Every_listed_name_works()
    {
        Assert.Equal("a", GeneratedText.Filter(" A ", ["remove_whitespace", "uppercase", "take_first", "lowercase"]));
        Assert.Equal(4, GeneratedText.FilterNames.Count);
        Assert.All(GeneratedText.FilterNames, name => GeneratedText.Filter("a", [name]));
        Assert.All(FewShotSampler.Names, name => Assert.Single(new FewShotSampler(name, 3, 1, dropsEvaluated: false).Next(_ => false)));
        Assert.All(DocumentScorer.MetricNames(OutputType.MultipleChoice), name => Assert.NotNull(DocumentScorer.Choice(name, ["a", "b"], 0, [-1, -2], [true, false], [-1, -2])));
        object? gold = new List<object?> { 0L, new List<object?> { 0.5, 0.5 } };
        Assert.All(Aggregation.NamesFor("acc"), name => Assert.True(double.IsFinite(Aggregation.Aggregate(name, [1L, 0L]))));
        Assert.All(Aggregation.NamesFor("brier_score"), name => Assert.True(double.IsFinite(Aggregation.Aggregate(name, [gold]))));
        Assert.All(Aggregation.NamesFor("bits_per_byte"), name => Assert.True(double.IsFinite(Aggregation.Aggregate(name, [new List<object?> { -1.0, 2L }]))));
    }

    private static IReadOnlyList<string> Problems(string outputType, string fields)
    {
        var yaml = $$$"""
            task: capitals
            dataset_path: someone/capitals
            output_type: {{{outputType}}}
            test_split: test
            doc_to_text: "{{q}}"
            doc_to_target: "{{a}}"
            {{{fields}}}
            """;
        try
        {
            TaskDefinitionReader.Read(yaml, "capitals.yaml", _ => null);
            return [];
        }
        catch (TaskException exception)
        {
            return exception.Problems;
        }
    }
}
