using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Execution;

public sealed class CheckpointReuseTests : IDisposable
{
    private readonly OpenedPlan plan = new(OpenedPlan.Recall());
    private readonly CellContext context;
    private readonly CellDefinition train;

    /// <summary>An earlier run has finished the training.</summary>
    public CheckpointReuseTests()
    {
        (context, train) = (plan.Context(), plan.Session.Cells().First(cell => cell.Kind == CellKind.Train));
        var result = Executor().Attempt(train, TestContext.Current.CancellationToken);
        plan.Store.CreateRun(plan.Store.Run("run") with { RunId = "earlier" });
        plan.Store.WriteCell(new(result.Cell with { RunId = "earlier", DeviceUse = new("cuda:0", 3600, 0.5) }, [], [], [], [], []));
    }

    [Fact]
    public void A_reused_cell_took_nothing_of_a_device_in_this_run()
    {
        var reused = CheckpointReuse.Find(train, context)!.Cell;

        Assert.Equal(("run", "earlier"), (reused.RunId, reused.ReusedFromRunId));
        Assert.Null(reused.DeviceUse);
    }

    [Theory]
    [InlineData("variant.yaml", null)]
    [InlineData("checkpoint.json", null)]
    [InlineData("checkpoint.json", "{")]
    [InlineData("checkpoint.json", """{"hashes":{}}""")]
    [InlineData("variant.yaml", "layers: [")]
    public void A_damaged_checkpoint_is_trained_again_and_an_event_says_why(string file, string? content)
    {
        var path = Path.Combine(context.CheckpointFolder(train.Id), file);
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }

        using var scheduler = new CellScheduler(context, []);
        scheduler.Run([train], [Executor], Executor, TestContext.Current.CancellationToken);

        var cell = Assert.Single(plan.Store.Cells("run"));
        Assert.Equal((CellOutcome.Finished, null), (cell.Outcome, cell.ReusedFromRunId));
        Assert.Equal(cell.CheckpointHash, CheckpointFolder.ReadMetadata(context.CheckpointFolder(train.Id)).Hashes["weights"]);
        Assert.Contains(plan.Store.Events("run"), record => record.CellId == train.Id && record.Severity == "warning" && record.Message.Contains("not reused", StringComparison.Ordinal));
    }

    public void Dispose() => plan.Dispose();

    private ICellExecutor Executor() => new InProcessExecutor(context, plan.Session.Runners());
}
