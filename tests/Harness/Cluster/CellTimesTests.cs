using LT2.Eval.Harness.Cluster.Estimates;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Tests.Cluster;

public sealed class CellTimesTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lt2-times-").FullName;
    private readonly IReadOnlyList<CellDefinition> cells = PlanSession.Open("quick", null, Tasks.Plugins.PluginSet.BuiltIn).Cells();

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Measured_cells_are_taken_others_scaled_by_operations_and_times_follow_the_plan()
    {
        var train = cells.OfType<TrainCell>().First(cell => cell.VariantId == "lt2-gdn-neg@tiny" && cell.TrainedLoopCount == 1);
        var longer = cells.OfType<TrainCell>().First(cell => cell.VariantId == "lt2-gdn-neg@tiny" && cell.TrainedLoopCount == 2);
        var times = Store((train, 10));
        times.Learn(cells);
        Assert.Equal(new CellTime(10, EstimateSource.Measured), times.Estimate(train));
        var scaled = times.Estimate(longer);
        Assert.Equal(EstimateSource.Scaled, scaled.Source);
        Assert.InRange(scaled.Seconds, 15, 20); // twice the loops, one embedding and head
        Assert.Equal(EstimateSource.Planned, times.Estimate(cells.OfType<TimeCell>().First()).Source);
        Assert.Equal(EstimateSource.Assumed, times.Estimate(cells.OfType<ScoreCell>().First()).Source);
    }

    [Fact]
    public void Cells_begin_longest_first_with_what_hangs_on_them_and_time_cells_keep_their_place_at_the_end()
    {
        var train = cells.OfType<TrainCell>().Last();
        var times = Store([.. cells.OfType<TrainCell>().Select(cell => ((CellDefinition)cell, cell == train ? 1000.0 : 1.0))]);
        var order = CellOrder.LongestFirst(cells, times);
        Assert.Equal(train.Id, order[0].Id);
        Assert.Equal(cells.Where(cell => cell.Kind == CellKind.Time), order.Where(cell => cell.Kind == CellKind.Time));
        Assert.Equal(cells.Count, order.Count);
        Assert.All(order.Where(cell => cell.Kind == CellKind.Time), cell => Assert.True(order.ToList().IndexOf(cell) >= order.Count(other => other.Kind != CellKind.Time)));
    }

    [Fact]
    public void One_worker_takes_the_sum_many_the_longest_chain_and_time_cells_never_run_side_by_side()
    {
        var train = cells.OfType<TrainCell>().ToList();
        var times = Store([.. train.Select((cell, index) => ((CellDefinition)cell, 10.0 * (index + 1)))]);
        var one = Capacity.Of(cells, times, 1);
        var many = Capacity.Of(cells, times, 64);
        var total = cells.Where(cell => cell.Kind != CellKind.Time).Sum(cell => times.Estimate(cell).Seconds);
        Assert.Equal(total, one.SideBySideSeconds, 1e-6);
        var chain = cells.OfType<ScoreCell>().Max(cell => times.Estimate(cell).Seconds + cell.Parents.Max(parent => times.Estimate(parent).Seconds));
        Assert.Equal(chain, many.SideBySideSeconds, 1e-6);
        Assert.Equal(one.AloneSeconds, many.AloneSeconds);
        Assert.True(one.AloneSeconds > 0);
    }

    private CellTimes Store(params (CellDefinition Cell, double Seconds)[] measured)
    {
        var now = new DateTimeOffset(2026, 5, 20, 1, 0, 0, TimeSpan.Zero);
        using var store = ResultStore.Open(Path.Combine(root, Guid.NewGuid().ToString("N"), ResultStore.FileName), StoreAccess.ReadWrite);
        store.CreateRun(new RunRecord("run", "quick", "hash", "text", "build", null, null, now, now, RunStatus.Completed, "a host", "lt2"));
        foreach (var (cell, seconds) in measured)
        {
            store.WriteCell(new CellResult(
                new CellRecord("run", cell.Id, cell.Kind, cell.Title, cell.DefinitionJson, CellOutcome.Finished, null, cell.VariantId, cell.Seed, cell.TrainedLoopCount, now, seconds),
                [], [], [], [], []));
        }

        return CellTimes.Of(store);
    }
}
