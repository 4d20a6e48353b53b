using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Harness.Tests.Timing;

public sealed class TrainPhaseTests
{
    private static readonly TimingRequest Request = new("lt2-gdn@micro", 3, 32, ["train", "prefill"], [16, 24], 2, 2, 1, "float32", "cpu", 1);

    [Fact]
    public void A_training_step_is_timed_at_every_length_and_the_other_phases_still_run_after_it()
    {
        var report = new TimingSession(TimeProvider.System).Measure(Request, VariantCatalogue.Load());

        Assert.Equal([("train", 16), ("prefill", 16), ("train", 24), ("prefill", 24)], report.Measurements.Select(item => (item.Phase, item.SequenceLength)));
        Assert.All(report.Measurements, item => Assert.Equal(("finished", 2), (item.Outcome, item.BlockMilliseconds.Count)));

        // Three passes' worth of products, with the head for every token and not the last alone.
        var (train, prefill) = (report.Measurements[2].OperationsAnIteration!.Value, report.Measurements[3].OperationsAnIteration!.Value);
        Assert.InRange(train / prefill, 3.0001, 4);
        Assert.Equal(1.5, train / report.Measurements[0].OperationsAnIteration!.Value, 9);
    }

    [Fact]
    public void Memory_of_a_training_step_is_probed()
    {
        var measured = MemoryProbe.Measure(Request with { Phases = ["train"], Lengths = [16] }, VariantCatalogue.Load()).Measurements.Single();

        Assert.Equal(("train", "finished"), (measured.Phase, measured.Outcome));
        Assert.True(measured.PeakMemoryBytes > 0);
    }
}
