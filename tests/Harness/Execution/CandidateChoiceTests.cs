using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Execution;

public sealed class CandidateChoiceTests : IDisposable
{
    private readonly OpenedPlan plan = new(OpenedPlan.Recall(learningRates: "[0.001, 0.002]"));

    [Fact]
    public void Candidates_without_a_validation_loss_are_an_explained_outcome()
    {
        var context = plan.Context();
        var score = plan.Session.Cells().OfType<ScoreCell>().First();
        Assert.Equal(2, score.Candidates.Count);
        foreach (var candidate in score.Candidates.Cast<TrainCell>())
        {
            var record = CellResults.Record(candidate, context, CellOutcome.Finished, null, context.Clock.GetUtcNow(), "hash");
            plan.Store.WriteCell(new(record, [ValidationRecord.Of(candidate, "run", double.NaN) with { Value = null }], [], [], [], []));
        }

        var cell = new InProcessExecutor(context, plan.Session.Runners()).Attempt(score, TestContext.Current.CancellationToken).Cell;

        Assert.Equal(CellOutcome.Failed, cell.Outcome);
        Assert.Equal("None of the trainings at learning rates 0.001, 0.002 has a validation loss, so that none can be chosen. Look at their training curves; other rates may help.", cell.Reason);
    }

    public void Dispose() => plan.Dispose();
}
