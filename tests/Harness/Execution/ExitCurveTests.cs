using LT2.Eval.Harness.Execution;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Tests.Execution;

public sealed class ExitCurveTests
{
    private const int RowLength = 32, Stretches = 8;

    /// <summary>Each number of remaining rows is slow the first time, wherever in the text it first occurs.</summary>
    [Fact]
    public void The_first_pass_over_the_text_is_in_no_threshold_s_times()
    {
        using var model = LoopedModel.Create(VariantCatalogue.Load().Resolve("ouro@micro").WithVocabulary(257).WithLoopCount(3).WithMaximumLength(RowLength), 1, ComputeDevice.Cpu);
        var tokenizer = new ByteTokenizer();
        IReadOnlyList<IReadOnlyList<int>> rows = [.. Enumerable.Range(0, 3).Select(row => (IReadOnlyList<int>)[.. Enumerable.Range(0, RowLength + 1).Select(i => ((i * 7) + row) % 256)])];
        // A stretch of steps reads the clock twice; those of the first pass find it an hour later each time.
        var clock = new SlowAtFirst(readings: 2 * Stretches);

        var point = Assert.Single(new ExitCurve(model, ComputeDevice.Cpu, tokenizer, clock).Measure(rows, [0.5], 3, TestContext.Current.CancellationToken));

        Assert.Equal(RowLength / 2, point.Steps);
        Assert.InRange(point.MillisecondsPerStep, 0, 1);
    }

    private sealed class SlowAtFirst(int readings) : TimeProvider
    {
        private long read;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Math.Min(Interlocked.Increment(ref read), readings) * TimeSpan.TicksPerHour;
    }
}
