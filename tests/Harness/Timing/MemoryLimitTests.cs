using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Runtime;

namespace LT2.Eval.Harness.Tests.Timing;

public sealed class MemoryLimitTests
{
    [Theory]
    [InlineData("6GiB", 6L << 30)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("768M", 768L << 20)]
    [InlineData("1073741824", 1L << 30)]
    public void Amounts_are_powers_of_1024(string text, long bytes) => Assert.Equal(bytes, MemoryLimit.Parse(text));

    [Theory]
    [InlineData("lots", "no amount of memory")]
    [InlineData("-1G", "no amount of memory")]
    [InlineData("GiB", "no amount of memory")]
    [InlineData("9999999999T", "no amount of memory")]
    [InlineData("64M", "too little")]
    public void What_cannot_be_a_limit_says_why(string text, string why) => Assert.Contains(why, MemoryLimit.Problem(text), StringComparison.Ordinal);

    [Fact]
    public void Probes_ask_for_one_phase_and_length_each_and_one_that_runs_out_of_memory_leaves_no_peak()
    {
        var request = new TimingRequest("lt2-gdn@micro", 2, 16, ["prefill", "decode"], [8, 16], 1, 2, 1, "float32", "cpu", 1, MemoryLengths: [8, 16]);
        var asked = new List<(string, int)>();
        var peaks = MemoryProbes.Run(request, part =>
        {
            var (phase, length) = (part.Phases.Single(), part.Lengths.Single());
            asked.Add((phase, length));
            return (phase, length) == ("prefill", 16)
                ? throw new InsufficientMemoryException("killed")
                : new TimingReport("host", "readable", [new TimingMeasurement(phase, length, "finished", null, 0, [], length * 100)]);
        });
        var report = MemoryProbes.Merge(new TimingReport("host", "readable", [new("prefill", 8, "finished", null, 1, [2], null), new("prefill", 16, "finished", null, 1, [4], null)]), peaks);

        Assert.Equal([("prefill", 8), ("decode", 8), ("prefill", 16), ("decode", 16)], asked);
        Assert.Equal([800, null], report.Measurements.Select(item => item.PeakMemoryBytes));
        Assert.Equal([[2], [4]], report.Measurements.Select(item => item.BlockMilliseconds));
    }

    [Theory]
    [InlineData(1000, 1 << 20, 992, 1024)]   // 64 … 1024, then halves of the gap
    [InlineData(1 << 20, 300, 300, null)]    // the search ends at its limit
    [InlineData(10, 1 << 20, 10, 11)]        // not even the first length fits
    public void The_frontier_is_found_by_doubling_and_bisection(int fits, int limit, int longest, int? tooLong)
    {
        var request = new TimingRequest("lt2-gdn@micro", 2, 16, ["prefill"], [16, 64], 1, 2, 1, "float32", "cpu", 1, MemoryLengths: [16], FrontierLimit: limit);
        var asked = new List<int>();
        var points = MemoryFrontier.Find(request, part =>
        {
            Assert.Null(part.FrontierLimit);
            Assert.Null(part.MemoryLengths);
            var length = part.Lengths.Single();
            asked.Add(length);
            if (length > 2 * fits) throw new InsufficientMemoryException("killed");
            return new TimingReport("host", "readable", [new("prefill", length, length <= fits ? "finished" : "outOfMemory", null, 0, [], length * 100)]);
        });
        Assert.Equal([new MemoryFrontierPoint("prefill", longest, tooLong, longest * 100)], points);
        Assert.Equal(64, asked[0]);
        Assert.True(asked.Count < 14, string.Join(' ', asked));
    }

    [Fact]
    public void A_phase_that_cannot_run_has_no_frontier()
    {
        var request = new TimingRequest("lt2-gdn@micro", 2, 16, ["prefill"], [16], 1, 2, 1, "float32", "cpu", 1, FrontierLimit: 64);
        var error = Assert.Throws<InvalidOperationException>(() => MemoryFrontier.Find(request, _ => new("host", "readable", [new("prefill", 16, "unsupported", "no such kernel", 0, [], null)])));
        Assert.Contains("no such kernel", error.Message, StringComparison.Ordinal);
    }
}
