using System.Collections.Immutable;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Store;

/// <summary>The content of <c>tests/golden/stores/vN.sqlite</c>; responses since version 2, use of devices since version 3.</summary>
public static class GoldenStore
{
    public static string Path(int version) => System.IO.Path.Combine(AppContext.BaseDirectory, "golden-stores", $"v{version}.sqlite");

    public static void Fill(ResultStore store, RunRecord run)
    {
        store.WriteEnvironment(run.RunId, Examples.Environment);
        store.WriteCell(Examples.TrainCell(run.RunId, "train"));
        store.WriteCell(Examples.ScoreCell(run.RunId, "score"));
        store.WriteCell(Examples.TimeCell(run.RunId, "time"));
        store.WriteCell(new(Examples.Cell(run.RunId, "diverged", CellKind.Curriculum, CellOutcome.Diverged), [], [], [], [], []));
        store.WriteEvent(run.RunId, new EventRecord(Examples.Start.AddHours(1), null, "info", "resumed"));
    }

    public static void AssertHolds(ResultStore store, RunRecord run, int version = 3)
    {
        Assert.Equal(run, Assert.Single(store.Runs()));
        Assert.Equal(Examples.Environment, store.Environment(run.RunId));
        CellResult[] written = [Examples.TrainCell(run.RunId, "train"), Examples.ScoreCell(run.RunId, "score"), Examples.TimeCell(run.RunId, "time")];
        Assert.Equal(written.Select(cell => version < 3 ? cell.Cell with { DeviceUse = null } : cell.Cell), store.Cells(run.RunId).Take(3));
        Assert.Equal(CellOutcome.Diverged, store.Cells(run.RunId)[3].Outcome);
        Assert.Equal(written.SelectMany(cell => cell.Metrics), store.Metrics(run.RunId));
        foreach (var cell in written)
        {
            Assert.Equal(cell.Samples, store.Samples(run.RunId, cell.Cell.CellId));
            Assert.Equal(version == 1 ? [] : cell.Responses, store.Responses(run.RunId, cell.Cell.CellId));
            Assert.Equal(cell.TimingBlocks, store.TimingBlocks(run.RunId, cell.Cell.CellId));
            var points = store.TrainingPoints(run.RunId, cell.Cell.CellId);
            Assert.Equal(cell.TrainingPoints.Select(WithoutArray), points.Select(WithoutArray));
            Assert.Equal(cell.TrainingPoints.Select(point => point.ResidualRmsByLoop), points.Select(point => point.ResidualRmsByLoop));
        }
        Assert.Equal(["fell back to eager", "resumed"], store.Events(run.RunId).Select(e => e.Message));
    }

    private static TrainingPointRecord WithoutArray(TrainingPointRecord point) => point with { ResidualRmsByLoop = ImmutableArray<double>.Empty };
}
