using LT2.Eval.Harness.Cluster.Estimates;
using LT2.Eval.Harness.Cluster.Submissions;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Cluster;

public sealed class SubmissionPlannerTests
{
    private readonly IReadOnlyList<CellDefinition> cells = PlanSession.Open("quick", null, Tasks.Plugins.PluginSet.BuiltIn).Cells();

    [Fact]
    public void Every_cell_is_in_one_task_after_its_parents_and_time_cells_share_the_last()
    {
        var stages = new SubmissionPlanner(CellTimes.None, 60, 1000).Divide(cells, _ => false);
        var placed = stages.SelectMany((stage, index) => stage.Tasks.SelectMany(task => task.Cells.Select(id => (id, index)))).ToDictionary(item => item.id, item => item.index);
        Assert.Equal(cells.Count, placed.Count);
        Assert.All(cells, cell => Assert.All(cell.Parents, parent => Assert.True(placed[parent.Id] < placed[cell.Id])));
        var last = Assert.Single(stages, stage => stage.IsExclusive);
        Assert.Same(stages[^1], last);
        Assert.Equal(cells.Where(cell => cell.Kind == CellKind.Time).Select(cell => cell.Id), Assert.Single(last.Tasks).Cells); // in order: canaries stand around
    }

    [Fact]
    public void Cells_that_are_done_are_left_out_and_no_longer_waited_for()
    {
        var stages = new SubmissionPlanner(CellTimes.None, 60, 1000).Divide(cells, cell => cell.Kind is CellKind.Train or CellKind.Time);
        var only = Assert.Single(stages);
        Assert.Equal("1-score", only.Name);
        Assert.Equal(cells.Count(cell => cell.Kind == CellKind.Score), only.Tasks.Sum(task => task.Cells.Count));
    }

    [Theory]
    [InlineData(0.001, 1000)]
    [InlineData(1e9, 1000)]
    [InlineData(0.001, 3)]
    public void Tasks_hold_about_the_wanted_time_and_are_never_more_than_allowed(double seconds, int most)
    {
        var stages = new SubmissionPlanner(CellTimes.None, seconds, most).Divide(cells, _ => false);
        Assert.All(stages, stage => Assert.InRange(stage.Tasks.Count, 1, most));
        var trained = cells.Count(cell => cell.Kind == CellKind.Train);
        var first = stages[0].Tasks.Count;
        Assert.True(seconds > 1 ? first == 1 : most < trained ? first <= most : first >= trained, $"{first} tasks");
    }
}
