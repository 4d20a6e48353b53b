using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Tests.Data;
using LT2.Eval.Tasks.TextTasks;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Export;
using LT2.Eval.Tasks.TextTasks.Python;
using LT2.Eval.Tasks.TextTasks.Requests;
using LT2.Eval.Tasks.TextTasks.Scoring;

namespace LT2.Eval.Tasks.Tests.TextTasks;

public sealed class BenchmarkSuiteTests
{
    public static TheoryData<string> TaskNames => new(TaskCatalogue.BuiltIn.Tasks.Select(task => task.Name).Where(name => !name.StartsWith("mmlu_", StringComparison.Ordinal) || name == "mmlu_anatomy"));

    [Theory]
    [MemberData(nameof(TaskNames))]
    public void Every_task_runs_on_the_documents_that_come_with_it(string name)
    {
        using var temporary = new TemporaryFolder();
        var textCase = Case(name, ("source", "examples"));
        var documents = textCase.LoadDocuments(new DataFolder(temporary.Path));
        Assert.NotEmpty(documents);
        foreach (var document in documents)
        {
            var requests = textCase.CreateRequests(document);
            var score = textCase.Score(document, new HashScorer().Score(requests, TestContext.Current.CancellationToken));
            Assert.Equal(textCase.Metrics.Select(metric => metric.Name), score.Contributions.Select(pair => pair.Metric));
            Assert.All(score.Contributions, pair => Assert.True(double.IsFinite(pair.Numerator) && pair.Denominator > 0));
        }
    }

    [Fact]
    public void Values_from_contributions_equal_those_of_the_reference_rules()
    {
        using var temporary = new TemporaryFolder();
        foreach (var name in new[] { "arc_easy", "lambada_openai", "wikitext", "truthfulqa_mc2" })
        {
            var task = TaskCatalogue.BuiltIn.Get(name);
            var textCase = Case(name, ("source", "examples"));
            var scores = textCase.LoadDocuments(new DataFolder(temporary.Path))
                .Select(document => textCase.Score(document, new HashScorer().Score(textCase.CreateRequests(document), TestContext.Current.CancellationToken))).ToList();
            var rows = task.ExamplesJsonLines!.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => PythonJson.Parse(line).AsMap()).ToList();
            var evaluated = TaskEvaluation.Evaluate(task, rows, 0, null, new HashScorer(), TestContext.Current.CancellationToken);
            foreach (var metric in task.Metrics)
            {
                var pairs = scores.SelectMany(score => score.Contributions).Where(pair => pair.Metric == metric.Metric).ToList();
                var ratio = pairs.Sum(pair => pair.Numerator) / pairs.Sum(pair => pair.Denominator);
                var transform = textCase.Metrics.Single(definition => definition.Name == metric.Metric).Transform;
                Assert.Equal(evaluated.Value(metric), transform == MetricTransform.ExponentialOfRatio ? Math.Exp(ratio) : ratio, 12);
            }
        }
    }

    [Fact]
    public void A_data_set_in_the_data_folder_is_read_with_its_shots()
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("baber/piqa/validation.jsonl", """{"goal": "G", "sol1": "one", "sol2": "two", "label": 1}""");
        temporary.Write("baber/piqa/train.jsonl", """{"goal": "S1", "sol1": "a", "sol2": "b", "label": 0}""" + "\n" + """{"goal": "S2", "sol1": "c", "sol2": "d", "label": 0}""");
        var textCase = Case("piqa", ("shots", "1"));
        var document = textCase.LoadDocuments(new DataFolder(temporary.Path)).Single();

        var request = (LogLikelihoodRequest)textCase.CreateRequests(document)[0];
        Assert.EndsWith("\n\nQuestion: G\nAnswer:", request.Context);
        Assert.Equal(" one", request.Continuation);
        Assert.Equal(["goal", "sol1", "sol2", "label"], BenchmarkCase.ColumnsOf(document).Keys);
    }

    [Fact]
    public void A_missing_data_set_says_what_to_place_and_how_to_try_without()
    {
        using var temporary = new TemporaryFolder();
        var problem = Assert.Throws<TaskException>(() => Case("piqa").LoadDocuments(new DataFolder(temporary.Path))).Message;
        Assert.Contains(Path.Combine(temporary.Path, "baber", "piqa"), problem);
        Assert.Contains("source: examples", problem);
    }

    [Fact]
    public void A_data_set_that_lacks_a_column_is_named()
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("baber/piqa/validation.jsonl", """{"gaol": "G", "sol1": "one", "sol2": "two", "label": 1}""");
        var problem = Assert.Throws<TaskException>(() => Case("piqa").LoadDocuments(new DataFolder(temporary.Path))).Message;
        Assert.Contains("task 'piqa'", problem);
        Assert.Contains("'goal' is not defined. Did you mean 'gaol'?", problem);
    }

    [Fact]
    public void MMLU_holds_57_subjects_in_four_groups_and_runs_as_one_case()
    {
        using var temporary = new TemporaryFolder();
        Assert.Equal(57, TaskCatalogue.BuiltIn.FindGroup("mmlu")!.Tasks.Count);
        Assert.Equal(57, TaskCatalogue.BuiltIn.Groups.Where(group => group.Name != "mmlu").SelectMany(group => group.Tasks).Distinct().Count());
        var textCase = Case("mmlu", ("source", "examples"), ("documents", "2"));
        var documents = textCase.LoadDocuments(new DataFolder(temporary.Path));
        Assert.Equal(114, documents.Count);
        var score = textCase.Score(documents[0], new HashScorer().Score(textCase.CreateRequests(documents[0]), TestContext.Current.CancellationToken));
        Assert.Contains(score.Contributions, pair => pair.Slice == "mmlu_abstract_algebra");
    }

    [Fact]
    public void A_task_that_pins_its_shots_ignores_a_request_to_change_them() => Assert.Equal(0, Case("truthfulqa_mc1", ("shots", "5")).Shots);

    [Fact]
    public void An_unknown_task_names_the_nearest()
    {
        var problem = Assert.Throws<TaskException>(() => Case("helaswag"));
        Assert.Contains("Did you mean 'hellaswag'?", problem.Message);
    }

    [Fact]
    public void Brier_scores_of_the_case_are_those_of_the_aggregation()
    {
        var value = new List<object?> { 1L, new List<object?> { 0.25, 0.75 } };
        Assert.Equal((0.125, 1), BenchmarkMetrics.Contribution("brier_score", value));
        Assert.Equal(0.125, Aggregation.Aggregate("brier_score", [value]));
    }

    private static ITextCase Case(string task, params (string Name, string Value)[] parameters) => (ITextCase)new BenchmarkSuite().CreateCase(
        new CaseSpecification(task, parameters.ToDictionary(pair => pair.Name, pair => pair.Value)));
}
