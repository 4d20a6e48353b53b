using System.Text.Json.Nodes;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Plans;

public sealed class CanaryCellTests
{
    [Fact]
    public void Canaries_stand_first_in_the_middle_and_last_among_time_cells()
    {
        var cells = CanaryCell.Around([new Other(CellKind.Time, "t1"), new Other(CellKind.Train, "x"), new Other(CellKind.Time, "t2"), new Other(CellKind.Time, "t3"), new Other(CellKind.Time, "t4")]);

        Assert.Equal(["x", "first", "t1", "t2", "middle", "t3", "t4", "last"], cells.Select(cell => cell is CanaryCell canary ? canary.Position : cell.Title));
        Assert.Equal(cells.Count, cells.Select(cell => cell.Id).Distinct().Count());
    }

    [Fact]
    public void One_time_cell_has_a_canary_on_either_side()
        => Assert.Equal(["first", "t1", "last"], CanaryCell.Around([new Other(CellKind.Time, "t1")]).Select(cell => cell is CanaryCell canary ? canary.Position : cell.Title));

    [Fact]
    public void Without_time_cells_there_is_no_canary()
        => Assert.Single(CanaryCell.Around([new Other(CellKind.Score, "s")]));

    private sealed class Other(CellKind kind, string title) : CellDefinition
    {
        public override CellKind Kind => kind;

        public override string Title => title;

        public override string VariantId => "any@tiny";

        protected override JsonObject Describe() => new() { ["title"] = title };
    }
}
