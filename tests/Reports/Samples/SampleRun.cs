using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Samples;

/// <summary>A made-up run with a bit of everything, for tests alone. Every number comes from a formula below.</summary>
public static class SampleRun
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);

    private static readonly string[] Variants = ["looped-full@tiny", "lt2-gdn@tiny", "transformer@tiny"];

    /// <summary>Three variants, three suites, timing, training, one failed cell, one out of memory.</summary>
    public static RunData Create(string runId = "20260301T020000Z-a1b2c3", double shift = 0, double latencyFactor = 1, string gpu = "H200")
    {
        var builder = new SampleRunBuilder(runId);
        foreach (var (variant, index) in Variants.Select((variant, index) => (variant, index)))
        {
            int[] trainedCounts = variant.StartsWith("transformer", StringComparison.Ordinal) ? [1] : [1, 3];
            foreach (var trained in trainedCounts)
            {
                for (var seed = 1; seed <= 3; seed++)
                {
                    builder.Train(variant, trained, seed);
                    AddParity(builder, variant, index, trained, seed, shift);
                    AddPerplexity(builder, variant, index, trained, seed);
                    AddRecall(builder, variant, index, trained, seed);
                    AddExits(builder, variant, index, trained, seed);
                }
            }
            foreach (var loops in trainedCounts)
            {
                AddTimes(builder, variant, index, loops, latencyFactor);
            }
        }
        builder.Unfinished("time looped-full@tiny T=4 n=16,384", "looped-full@tiny", CellKind.Time, CellOutcome.OutOfMemory, "needs 9.1 GiB, 8.0 GiB are free");
        builder.Unfinished("score lt2-gdn@tiny on niah, length 4,096", "lt2-gdn@tiny", CellKind.Score, CellOutcome.Failed, "the tokenizer file has 255 entries, the checkpoint 256");
        builder.Unfinished("score lt2-gdn@tiny on parity, length 512", "lt2-gdn@tiny", CellKind.Score, CellOutcome.Skipped, "its checkpoint was not made");
        return builder.Build(new RunRecord(
            runId, "standard", "9f".PadRight(64, '0'), "name: standard\nseeds: [1, 2, 3]\n", "0123abcd", "0123abcd0123abcd0123abcd0123abcd0123abcd", false, Start,
            Start.AddMinutes(42), RunStatus.Completed, "Example CPU, 2 threads", "lt2 run standard"),
            [
                new("cpu.model", "Example CPU"), new("dotnet.version", "10.0.0"), new("gpu.name", gpu), new("libtorch.version", "2.10.0"),
                new("settings.tf32", "off"), new("settings.threads", "2"), new("torchsharp.version", "0.107.0"),
            ]);
    }

    /// <summary>Only the looped variant at its larger loop count has an exit gate.</summary>
    private static void AddExits(SampleRunBuilder builder, string variant, int index, int trained, int seed)
    {
        if (index != 0 || trained == 1)
        {
            return;
        }
        var cell = builder.Score(variant, trained, seed, "early exit");
        foreach (var threshold in new[] { 0.5, 0.9, 1.1 })
        {
            var loops = Math.Min(trained, 1 + (2.2 * threshold));
            var parameters = FormattableString.Invariant($"exitThreshold={threshold}");
            builder.Metric(cell, "early-exit", "library", parameters, "mean_loops", MetricKind.Continuous, MetricDirection.LowerIsBetter, "loop", variant, trained, trained, seed, loops, 800, null);
            builder.Metric(
                cell, "early-exit", "library", parameters, "nat_per_token", MetricKind.Continuous, MetricDirection.LowerIsBetter, "nat/token", variant, trained, trained, seed, 2 - (0.1 * loops) + (0.01 * seed), 800, null);
        }
    }

    private static void AddParity(SampleRunBuilder builder, string variant, int index, int trained, int seed, double shift)
    {
        foreach (var length in new[] { 16, 256 })
        {
            foreach (var tested in trained == 1 ? [1] : new[] { 1, 2, 3, 4, 6 })
            {
                var reach = index is 1 ? 400.0 : 24.0 * trained;
                var depth = Math.Min(1.0, tested / (double)trained) - (0.04 * Math.Max(0, tested - trained));
                var accuracy = 0.5 + (0.5 * depth * Math.Exp(-length / (reach * 3)) * (1 - (0.01 * seed))) - (index == 1 ? shift : 0);
                var cell = builder.Score(variant, trained, seed, $"parity length={length} T={trained}");
                builder.Metric(cell, "state-tracking", "parity", $"length={length}", "accuracy", MetricKind.Binary, MetricDirection.HigherIsBetter, "1", variant,
                    trained, tested, seed, Math.Round(accuracy, 3), 1000, 0.5);
            }
        }
    }

    private static void AddRecall(SampleRunBuilder builder, string variant, int index, int trained, int seed)
    {
        foreach (var (length, pairs) in new[] { (64, 4), (64, 16), (256, 4), (256, 16) })
        {
            foreach (var tested in trained == 1 ? [1] : new[] { 1, 3, 4 })
            {
                var capacity = index == 0 ? 60.0 : 10.0 * tested;
                var accuracy = 1 / (1 + Math.Exp((pairs - capacity) / 8)) * (0.97 + (0.01 * seed));
                var cell = builder.Score(variant, trained, seed, $"mqar length={length};pairs={pairs} T={trained}");
                builder.Metric(cell, "recall", "mqar", $"length={length};pairs={pairs}", "accuracy", MetricKind.Proportion, MetricDirection.HigherIsBetter, "1", variant,
                    trained, tested, seed, Math.Round(Math.Min(1, accuracy), 3), 500, 1.0 / 4096);
                if (pairs == 4 && length == 64 && trained == 3 && seed == 1)
                {
                    builder.Samples(cell, "accuracy", tested, 60, accuracy);
                }
            }
        }
    }

    private static void AddPerplexity(SampleRunBuilder builder, string variant, int index, int trained, int seed)
    {
        foreach (var tested in trained == 1 ? [1] : new[] { 1, 2, 3, 4, 6 })
        {
            var value = 2.0 - (0.05 * index) + (0.12 * Math.Abs(Math.Log2(tested / (double)trained))) - (0.1 * Math.Log2(trained)) + (0.01 * seed);
            var cell = builder.Score(variant, trained, seed, $"austen T={trained}");
            builder.Metric(cell, "perplexity", "austen", "length=256", "bits_per_byte", MetricKind.Continuous, MetricDirection.LowerIsBetter, "bit/byte", variant,
                trained, tested, seed, Math.Round(value, 4), 40, null);
        }
    }

    private static void AddTimes(SampleRunBuilder builder, string variant, int index, int loops, double factor)
    {
        var cell = builder.Cell(CellKind.Time, variant, loops, null, $"time {variant} loops {loops}");
        foreach (var phase in new[] { "prefill", "decode" })
        {
            foreach (var length in new[] { 128, 512, 1024, 4096 })
            {
                var quadratic = index is 0 or 2 ? 4e-6 * length * length : 0;
                var linear = (index is 1 ? 0.006 : 0.003) * length;
                var milliseconds = phase == "prefill" ? 0.3 + loops * (0.4 + linear + quadratic) : 0.2 + (0.01 * loops * loops) + loops * (0.5 + (index is 0 or 2 ? 0.0004 * length : 0.1));
                builder.Times(cell, phase, length, loops, milliseconds * factor);
                builder.Latency(cell, variant, phase, length, loops, milliseconds * factor);
            }
        }
        builder.PeakMemory(cell, variant, loops, 512, (loops * 1_000_000L) + (index * 1_000_000L));
        builder.PeakMemory(cell, variant, loops, 4096, (loops * 3_000_000L) + (index * 1_000_000L));
        builder.Latency(cell, variant, "prefill", 16_384, loops, null);
    }
}
