using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Timing;

public sealed class TimeValueTests
{
    private static readonly ModelDefinition Model = VariantCatalogue.Load().Resolve("looped-full@micro").WithVocabulary(64);

    [Fact]
    public void Operations_grow_with_the_loop_count_and_with_what_a_token_sees()
    {
        double Flops(int loops, string phase, int length) => Metrics(loops, new TimingMeasurement(phase, length, "finished", null, 1, [1.0], null))
            .Single(metric => metric.Key.Metric == TimeRecords.FlopsPerToken).Value!.Value;

        Assert.Equal(ModelShape.FlopsPerToken(Model.WithLoopCount(2), 64), Flops(2, "decode", 64));
        Assert.Equal(ModelShape.FlopsPerToken(Model.WithLoopCount(2), 32), Flops(2, "prefill", 64)); // half of the sequence on average
        Assert.True(Flops(4, "decode", 64) > 1.5 * Flops(2, "decode", 64));
    }

    [Fact]
    public void A_value_stands_on_the_blocks_that_are_not_tainted()
    {
        var item = new TimingMeasurement("decode", 64, "finished", null, 1, [1.0, 9.0, 1.2], null) { Conditions = [new(false, null), new(true, "load"), new(false, null)] };

        var latency = Metrics(2, item).Single(metric => metric.Key.Metric == "latency");

        Assert.Equal((1.1, 2), (Math.Round(latency.Value!.Value, 9), latency.SampleCount));
    }

    private static List<MetricRecord> Metrics(int loops, TimingMeasurement item) =>
    [
        .. TimeRecords.Metrics(
            new TimeCell(Model.WithLoopCount(loops), new TimingDefinition("latency", 1, [Model.VariantId], [loops], [item.Phase], [item.SequenceLength], 1, 64, 1, 1, 1), "float32"), "run",
            [(new TimingReport("host", "readable", [item]), item)]),
    ];
}
