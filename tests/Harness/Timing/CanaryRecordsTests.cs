using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Tests.Execution;
using LT2.Eval.Harness.Timing;

namespace LT2.Eval.Harness.Tests.Timing;

public sealed class CanaryRecordsTests : IDisposable
{
    private readonly OpenedPlan plan = new("""
        name: canary
        testSetSeed: 1
        timings:
          - { name: times, variants: [lt2-gdn@micro], loopCounts: [2], phases: [prefill], lengths: [16], processes: 1, blocks: 3, minimumBlockMilliseconds: 1 }
        """);

    [Fact]
    public void A_canary_stands_on_the_blocks_that_are_not_tainted()
    {
        var item = new TimingMeasurement("matmul", 0, "finished", null, 1, [1.0, 9.0, 1.2], null) { Conditions = [new(false, null), new(true, "load"), new(false, null)] };
        var result = new CanaryCellRunner(new Measured(item)).Run(new CanaryCell("first"), plan.Context(), TestContext.Current.CancellationToken);

        var metric = Assert.Single(result.Metrics);
        Assert.Equal(1.1, metric.Value!.Value, 1e-12);
        Assert.Equal(2, metric.SampleCount);
        Assert.Equal([false, true, false], result.TimingBlocks.Select(block => block.IsTainted)); // all of them are kept
    }

    public void Dispose() => plan.Dispose();

    private sealed class Measured(TimingMeasurement item) : ITimingProcess
    {
        public TimingReport Run(TimingRequest request, CancellationToken cancellation) => throw new NotSupportedException("A canary has no model.");

        public TimingReport RunCanary(string device, int? threadCount, CancellationToken cancellation) => new("host", "libtorch", [item]);
    }
}
