using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Timing;

public sealed class TimeRecordsTests
{
    private static readonly TimeCell Cell = new(
        VariantCatalogue.Load().Resolve("lt2-gdn@micro"), new("times", 1, ["lt2-gdn@micro"], [2], ["prefill", "decode"], [16], 2, 16, 1, 3, 1, FrontierLimit: 1024), "float32");

    [Theory]
    [InlineData("prefill", "operation_rate", "FLOP/s", 8e9 / 2e-3, 700e12)]
    [InlineData("decode", "bandwidth", "byte/s", 3e9 / 2e-3, 3e12)]
    public void What_bounds_a_phase_stands_beside_the_limit_of_its_gpu(string phase, string metric, string unit, double rate, double limit)
    {
        var metrics = TimeRecords.Metrics(Cell, "run", [(Report(new RateLimits(3e12, 700e12)), Item(phase))]).ToList();

        var given = Assert.Single(metrics, record => record.Key.Metric == metric);
        Assert.Equal(rate, given.Value!.Value, rate * 1e-12);
        Assert.Equal((unit, MetricDirection.HigherIsBetter, 16), (given.Unit, given.Direction, given.Key.SequenceLength));
        Assert.Equal(limit, Assert.Single(metrics, record => record.Key.Metric == metric + "_limit").Value);
    }

    [Fact]
    public void Without_limits_there_are_no_rates()
    {
        var metrics = TimeRecords.Metrics(Cell, "run", [(Report(null), Item("decode"))]);
        Assert.DoesNotContain(metrics, record => record.Unit is "byte/s" or "FLOP/s");
    }

    [Fact]
    public void The_longest_length_that_fits_is_a_metric_of_its_phase()
    {
        var record = Assert.Single(TimeRecords.Frontier(Cell, "run", Report(null) with { Frontier = [new("prefill", 992, 1024, 5)] }));
        Assert.Equal(("longest_length", "prefill", 992d, "token"), (record.Key.Metric, record.Key.Phase, record.Value, record.Unit));
        Assert.Empty(TimeRecords.Frontier(Cell, "run", Report(null)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(300)]
    public void The_standard_error_of_a_latency_stands_on_processes_however_many_blocks_each_has(int blocks)
    {
        var metric = Assert.Single(TimeRecords.Metrics(Cell, "run", [Process(10), Process(11), Process(12)]), record => record.Key.Metric == "latency");

        Assert.Equal(11, metric.Value!.Value, 1e-9);
        Assert.Equal((3 * blocks, 3), (metric.SampleCount, metric.ClusterCount));

        // Of logarithms 0 is the middle; brought back to milliseconds by the value.
        double[] logarithms = [Math.Log(10 / 11d), 0, Math.Log(12 / 11d)];
        var mean = logarithms.Average();
        var deviation = Math.Sqrt(logarithms.Sum(value => (value - mean) * (value - mean)) / 2);
        Assert.Equal(Math.Sqrt(Math.PI / 2) * deviation / Math.Sqrt(3) * 11, metric.StandardError!.Value, 1e-9);

        (TimingReport Report, TimingMeasurement Item) Process(double milliseconds)
            => (Report(null), Item("prefill") with { BlockMilliseconds = [.. Enumerable.Repeat(milliseconds, blocks)] });
    }

    [Fact]
    public void One_process_tells_no_standard_error()
        => Assert.Null(Assert.Single(TimeRecords.Metrics(Cell, "run", [(Report(null), Item("prefill") with { BlockMilliseconds = [2, 3, 4] })]), record => record.Key.Metric == "latency").StandardError);

    private static TimingReport Report(RateLimits? limits) => new("gpu", "fused", []) { Limits = limits };

    private static TimingMeasurement Item(string phase) => new(phase, 16, "finished", null, 1, [2, 2, 2], null)
    {
        BytesAnIteration = phase == "decode" ? 3e9 : null, OperationsAnIteration = phase == "prefill" ? 8e9 : null,
    };
}
