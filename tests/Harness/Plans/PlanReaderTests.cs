using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Tests.Plans;

public sealed class PlanReaderTests
{
    private const string Minimal = """
        testSetSeed: 7
        timings:
          - name: latency
            variants: [lt2-gdn@tiny]
            loopCounts: [1, 2]
            lengths: [128, 256]
        """;

    [Fact]
    public void A_minimal_plan_takes_defaults_and_its_name_from_the_file()
    {
        var plan = Read(Minimal, out var problems)!;

        Assert.Empty(problems);
        Assert.Equal("plan", plan.Name);
        Assert.Equal([1L], plan.Seeds);
        Assert.Equal("float32", plan.Dtype);
        Assert.Equal([128, 256], plan.Timings[0].Lengths);
        Assert.Equal(["prefill", "decode"], plan.Timings[0].Phases);
    }

    [Theory]
    [InlineData("loopCounts: [1, 2]", "loopCounts: [1, 2")]
    [InlineData("variants: [lt2-gdn@tiny]", "variants: [lt2-gdn@tiny")]
    [InlineData("loopCounts: [1, 2]", "loopCounts: 'one")]
    [InlineData("testSetSeed: 7", "testSetSeed: 7\ntestSetSeed: 8")]
    [InlineData("testSetSeed: 7", "testSetSeed: 7\n\tseeds: [1]")]
    [InlineData("testSetSeed: 7", "testSetSeed: *unknown")]
    public void Text_that_is_not_yaml_is_one_problem_with_its_line(string right, string wrong)
    {
        Assert.Null(Read(Minimal.Replace(right, wrong, StringComparison.Ordinal), out var problems));

        Assert.Matches("^plan.yaml:[1-9]: not valid YAML: ", Assert.Single(problems));
    }

    [Fact]
    public void A_single_value_is_read_as_a_list_of_one()
        => Assert.Equal([4], Read(Minimal.Replace("[1, 2]", "4", StringComparison.Ordinal), out _)!.Timings[0].LoopCounts);

    [Fact]
    public void A_misspelt_field_names_file_line_and_the_nearest_field()
    {
        Read(Minimal.Replace("lengths", "lenghts", StringComparison.Ordinal), out var problems);

        Assert.Contains("plan.yaml:3: timings[0].lengths: is missing; add it.", problems);
        Assert.Contains("plan.yaml:6: timings[0].lenghts: unknown field. Did you mean 'lengths'?", problems);
    }

    [Fact]
    public void A_negative_length_is_refused_with_its_value()
    {
        Read(Minimal.Replace("[128, 256]", "[128, -256]", StringComparison.Ordinal), out var problems);

        Assert.Equal(["plan.yaml:6: timings[0].lengths: -256 is too small; it must be at least 1."], problems);
    }

    [Theory]
    [InlineData("[128, 256]", "[128, 128]", "timings[0].lengths: 128 stands here twice")]
    [InlineData("[128, 256]", "[99999999999]", "timings[0].lengths: 99999999999 is too large; it must be at most 2147483647")]
    [InlineData("[lt2-gdn@tiny]", "[[lt2-gdn@tiny]]", "timings[0].variants: expected single values in this list")]
    [InlineData("testSetSeed: 7", "testSetSeed: 7\nname: ../../evil", "name: '../../evil' cannot name files and folders")]
    [InlineData("testSetSeed: 7", "testSetSeed: 7\nname: ''", "name: '' cannot name files and folders")]
    [InlineData("testSetSeed: 7", "testSetSeed: 7\nthreads: 100000", "threads: 100000 is too large")]
    public void What_would_go_wrong_later_is_a_problem_with_its_line(string right, string wrong, string problem)
    {
        Read(Minimal.Replace(right, wrong, StringComparison.Ordinal), out var problems);

        Assert.Contains(problem, Assert.Single(problems), StringComparison.Ordinal);
        Assert.Matches("^plan.yaml:[1-9]: ", problems[0]);
    }

    [Fact]
    public void Seeds_may_be_as_large_as_they_like()
    {
        var plan = Read(Minimal.Replace("testSetSeed: 7", "testSetSeed: 9000000000\nseeds: [5000000000]", StringComparison.Ordinal), out var problems);

        Assert.Empty(problems);
        Assert.Equal((9000000000, 5000000000), (plan!.TestSetSeed, plan.Seeds[0]));
    }

    [Fact]
    public void Names_that_are_lists_are_named_and_deep_nesting_is_refused()
    {
        Read("testSetSeed: 1\nexperiments:\n  - name: a\n    train: { suite: mqar, parameters: { [x]: 16, y: { z: 1 } } }\n", out var problems);
        Assert.Contains(problems, problem => problem.Contains("a field's name must be a single word", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("parameters.y: expected a single value, or a list of them", StringComparison.Ordinal));

        Read(new string('[', 200_000), out problems);
        Assert.Contains("nested more than 100 deep", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_problem_is_reported_at_once()
    {
        Read("""
            testSetSeed: many
            dtype: float31
            timings:
              - variants: []
                loopCounts: [0]
                lengths: [1.5]
            """, out var problems);

        Assert.Equal(6, problems.Count);
    }

    [Theory]
    [InlineData("testSetSeed: [")]
    [InlineData("- a list")]
    [InlineData("")]
    public void What_is_no_plan_is_refused_without_a_crash(string text)
    {
        Assert.Null(Read(text, out var problems));
        Assert.Single(problems);
    }

    [Fact]
    public void Trials_of_a_single_learning_rate_are_refused()
    {
        Read("""
            testSetSeed: 1
            experiments:
              - name: recall
                variants: [lt2-gdn@micro]
                testedLoopCounts: [1]
                train: { suite: mqar }
                tests: [ { suite: mqar } ]
                learningRates: [0.01]
                learningRateSteps: 20
            """, out var problems);

        Assert.Contains("learningRateSteps: there is nothing to try: give two or more learningRates", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_parts_with_one_name_are_refused()
    {
        Read(Minimal + "\n" + Minimal[Minimal.IndexOf("  - name", StringComparison.Ordinal)..], out var problems);

        Assert.Contains(problems, problem => problem.Contains("'latency' is used 2 times", StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_that_measures_nothing_is_refused()
    {
        Read("testSetSeed: 1", out var problems);

        Assert.Contains(problems, problem => problem.Contains("neither experiments nor curricula nor timings", StringComparison.Ordinal));
    }

    private static PlanDefinition? Read(string text, out List<string> problems)
    {
        problems = [];
        return PlanReader.Read("plan.yaml", text, problems);
    }
}
