using System.Text.Json;
using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class TrainingGroupTests
{
    private static readonly RunData Run = SampleRun.Create();

    private static readonly CellRecord Any = Run.Cells.First(cell => cell.Kind == CellKind.Train);

    private static CellRecord Train(string id, long seed, string definition, string? weights = null) =>
        Any with { CellId = id, Seed = seed, Title = $"train v T=2 on parity seed {seed}", DefinitionJson = definition, CheckpointHash = weights ?? id };

    private static string Rate(double rate, int steps) => JsonSerializer.Serialize(new { recipe = new { learningRate = rate, steps } });

    private static string Chooses(int steps, params string[] trials) => JsonSerializer.Serialize(new { recipe = new { steps }, learningRateTrials = trials });

    private static CellRecord Score(string id, string weights, params string[] parents) =>
        Any with { CellId = id, Kind = CellKind.Score, DefinitionJson = JsonSerializer.Serialize(new { parents }), CheckpointHash = weights };

    // Logging rarely meets the step of the largest rate.
    private static TrainingPointRecord[] Points(string id, double rate, int last, double residual = 1) =>
        [.. new[] { 1, last }.Select(step => new TrainingPointRecord(id, step, step, 2, 1, 0.99 * rate / step, [residual, residual]))];

    private static TrainingGroup Group(IEnumerable<CellRecord> cells, params TrainingPointRecord[][] points) =>
        Assert.Single(TrainingGroup.Of(Run with { Cells = [.. cells], TrainingPoints = [.. points.SelectMany(list => list)] }));

    // The ids of the trials sort before those of the models that were scored.
    private static TrainingGroup Sweep() => Group(
        [
            Train("a", 1, Rate(0.0005, 250)), Train("b", 1, Rate(0.001, 250)), Train("c", 1, Rate(0.002, 250)),
            Train("x", 1, Chooses(2500, "a", "b", "c")), Train("y", 2, Chooses(2500, "a", "b", "c")), Score("s", "x", "x"), Score("t", "y", "y"),
        ],
        Points("a", 0.0005, 250), Points("b", 0.001, 250), Points("c", 0.002, 250), Points("x", 0.001, 2500, residual: 7), Points("y", 0.001, 2500));

    private static string?[] Names(ChartFigure figure) =>
        [.. JsonDocument.Parse(figure.Json).RootElement.GetProperty("data").EnumerateArray().Select(trace => trace.GetProperty("name").GetString())];

    [Fact]
    public void Models_that_were_scored_come_before_the_trials_of_their_learning_rate()
    {
        var group = Sweep();
        Assert.Equal(["x", "y", "a", "b", "c"], group.Curves.Select(curve => curve.Cell.CellId));
        Assert.Equal([false, false, true, true, true], group.Curves.Select(curve => curve.IsTrial));
        Assert.StartsWith("loop 1: 7.00 at step 1, 7.00 at step 2,500", TrainingChart.ResidualRms(group)!.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_candidates_that_ran_in_full_the_one_whose_weights_were_scored_is_the_model()
    {
        var group = Group(
            [Train("a", 1, Rate(0.002, 500), "wa"), Train("b", 1, Rate(0.005, 500), "wb"), Score("s", "wb", "a", "b")], Points("a", 0.002, 500), Points("b", 0.005, 500));
        Assert.Equal(["b", "a"], group.Curves.Select(curve => curve.Cell.CellId));
        Assert.Equal(["seed 1, learning rate 0.005", "seed 1, sweep trial, learning rate 0.002"], Names(TrainingChart.Loss(group)));
    }

    [Fact]
    public void Every_curve_is_named_by_seed_rate_and_steps_of_its_recipe() => Assert.Equal(
        [
            "seed 1, learning rate 0.001 (chosen), 2,500 steps", "seed 2, learning rate 0.001 (chosen), 2,500 steps",
            "seed 1, sweep trial, learning rate 0.0005, 250 steps", "seed 1, sweep trial, learning rate 0.001, 250 steps", "seed 1, sweep trial, learning rate 0.002, 250 steps",
        ],
        Names(TrainingChart.Loss(Sweep())));

    [Fact]
    public void Trials_are_dotted_and_models_that_were_scored_are_not()
    {
        var dashes = JsonDocument.Parse(TrainingChart.Loss(Sweep()).Json).RootElement.GetProperty("data").EnumerateArray()
            .Select(trace => trace.GetProperty("line").GetProperty("dash").GetString());
        Assert.Equal(["solid", "solid", "dot", "dot", "dot"], dashes);
    }

    [Fact]
    public void Without_a_readable_recipe_the_seed_is_the_name_and_the_cell_tells_equal_names_apart()
    {
        Assert.Equal(["seed 1"], Names(TrainingChart.Loss(Group([Train("a", 1, "no JSON")], Points("a", 0.1, 5)))));
        Assert.Equal(
            ["seed 1, cell a", "seed 1, cell b"], Names(TrainingChart.Loss(Group([Train("a", 1, "{}"), Train("b", 1, "[]")], Points("a", 0.1, 5), Points("b", 0.1, 5)))));
    }

    [Fact]
    public void Trainings_on_two_cases_of_a_task_are_two_groups_named_by_what_differs()
    {
        string On(string elements, int length) => JsonSerializer.Serialize(new { @case = new { task = "s5", parameters = new { elements, length, modulus = 5 } } });
        var groups = TrainingGroup.Of(Run with { Cells = [Train("a", 1, On("all", 16)), Train("b", 1, On("swaps", 8))], TrainingPoints = [.. Points("a", 0.1, 5), .. Points("b", 0.1, 5)] });
        Assert.Equal(["train v T=2 on parity, elements all, length 16", "train v T=2 on parity, elements swaps, length 8"], groups.Select(group => group.Title));
        Assert.All(groups, group => Assert.Equal(["seed 1"], Names(TrainingChart.Loss(group))));
    }

    [Fact]
    public void The_steps_of_a_curriculum_are_a_budget_and_no_length()
    {
        var group = Group([Train("a", 1, """{"recipe":{"learningRate":0.003,"steps":4000},"stages":[{}]}""")], Points("a", 0.003, 9000));
        Assert.Equal((0.003, null), (group.Curves[0].LearningRate, group.Curves[0].Steps));
    }
}
