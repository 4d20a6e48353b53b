using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Plugins;
using LT2.Eval.Tasks.Tests.Data;
using LT2.Eval.Tasks.TextTasks.Prompts;
using LT2.Eval.Tasks.TextTasks.Requests;

namespace LT2.Eval.Tasks.Tests.Plugins;

public sealed class PluginLoaderTests : IDisposable
{
    // The example of tasks/README.md.
    private const string Capitals = """
        task: capitals
        title: Capitals of countries
        licence: MIT
        dataset_path: someone/capitals
        output_type: multiple_choice
        training_split: train
        test_split: test
        doc_to_text: "The capital of {{country}} is"
        doc_to_choice: "{{[capital] + others}}"
        doc_to_target: 0
        metric_list:
          - metric: acc
          - metric: acc_norm
        metadata:
          version: 1.0
        """;

    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void A_suite_of_another_assembly_is_loaded_and_runs()
    {
        var assembly = Path.Combine(temporary.Path, "Letters.dll");
        File.Copy(typeof(LetterPlugin).Assembly.Location, assembly);

        var suite = PluginLoader.Load([assembly]).Suites.Single(suite => suite.Id == "next-letter");

        Assert.NotSame(typeof(NextLetterSuite), suite.GetType()); // the copy's, not this assembly's
        var textCase = (ITextCase)suite.CreateCase(new CaseSpecification("alphabet", new Dictionary<string, string>()));
        var document = textCase.LoadDocuments(new DataFolder(temporary.Path))[3];
        Assert.Equal([new LogLikelihoodRequest("d, e, f,", " g")], textCase.CreateRequests(document));
        Assert.Equal(1, textCase.Score(document, [new TextResponse(-1, true)]).Contributions.Single().Numerator);
    }

    [Fact]
    public void A_task_is_added_by_a_YAML_file_alone()
    {
        temporary.Write("capitals.yaml", Capitals);
        temporary.Write("data/someone/capitals/test.jsonl", """{"country": "France", "capital": "Paris", "others": ["Lyon", "Nice"]}""");
        var set = PluginLoader.Load([temporary.Path]);

        var rendered = PromptRenderer.Render("capitals", Path.Combine(temporary.Path, "data/someone/capitals/test.jsonl"), catalogue: set.Tasks).Single();
        Assert.Equal(
            """{"index": 0, "requests": [{"context": "The capital of France is", "continuation": " Paris"}, {"context": "The capital of France is", "continuation": " Lyon"}, {"context": "The capital of France is", "continuation": " Nice"}], "choices": ["Paris", "Lyon", "Nice"], "gold": 0}""",
            rendered.ToJson());

        var textCase = (ITextCase)set.Suites.Single(suite => suite.Id == "benchmarks").CreateCase(new CaseSpecification("capitals", new Dictionary<string, string>()));
        var document = textCase.LoadDocuments(new DataFolder(Path.Combine(temporary.Path, "data"))).Single();
        var score = textCase.Score(document, new HashScorer().Score(textCase.CreateRequests(document), TestContext.Current.CancellationToken));
        Assert.Equal(["acc", "acc_norm"], score.Contributions.Select(pair => pair.Metric));
    }

    [Fact]
    public void The_example_of_the_README_is_the_one_tested_here() => Assert.Contains(
        Capitals, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "tasks-README.md")).ReplaceLineEndings(Environment.NewLine));

    [Fact]
    public void Every_mistake_of_a_YAML_task_is_reported_at_once()
    {
        temporary.Write("bad.yaml", """
            task: bad
            doc_to_txt: x
            output_type: multiple_choise
            doc_to_text: "{{question"
            doc_to_target: "{{a +}}"
            process_docs: !function hellaswag.process
            metric_list:
              - name: acc
            """);
        var problems = Assert.Throws<TaskException>(() => PluginLoader.Load([temporary.Path])).Problems;
        Assert.Contains(problems, problem => problem.Contains("no field 'doc_to_txt'. Did you mean 'doc_to_text'?"));
        Assert.Contains(problems, problem => problem.Contains("Did you mean 'multiple_choice'?"));
        Assert.Contains(problems, problem => problem.Contains("'dataset_path' is needed"));
        Assert.Contains(problems, problem => problem.Contains("test_split or validation_split"));
        Assert.Contains(problems, problem => problem.Contains("doc_to_text: A '{{' is not closed."));
        Assert.Contains(problems, problem => problem.Contains("doc_to_target: 'the end' was not expected"));
        Assert.Contains(problems, problem => problem.Contains("Did you mean 'hellaswag.process_docs'?"));
        Assert.Contains(problems, problem => problem.Contains("needs a field 'metric'"));
        Assert.All(problems, problem => Assert.Contains("bad.yaml", problem));
    }

    [Fact]
    public void Broken_YAML_is_named_with_its_line()
    {
        temporary.Write("broken.yaml", "task: x\n  title: [\n");
        Assert.Contains("broken.yaml, line 2", Assert.Throws<TaskException>(() => PluginLoader.Load([temporary.Path])).Message);
    }

    [Fact]
    public void A_task_that_exists_already_is_refused()
    {
        temporary.Write("piqa.yaml", Capitals.Replace("task: capitals", "task: piqa"));
        Assert.Contains("the task 'piqa' exists already", Assert.Throws<TaskException>(() => PluginLoader.Load([temporary.Path])).Message);
    }

    [Fact]
    public void Files_that_are_no_plug_ins_are_named()
    {
        var text = temporary.Write("text.dll", "no assembly");
        var library = typeof(CsCheck.Gen).Assembly.Location;
        var problems = Assert.Throws<TaskException>(() => PluginLoader.Load([text, library, "/no/such/plugin.dll"])).Problems;
        Assert.Contains("cannot be loaded", problems[0]);
        Assert.Contains("exports no class that implements ISuitePlugin", problems[1]);
        Assert.Equal("There is no plug-in '/no/such/plugin.dll'.", problems[2]);
    }
}
