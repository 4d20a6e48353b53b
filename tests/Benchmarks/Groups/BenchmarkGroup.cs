namespace LT2.Eval.Benchmarks.Groups;

/// <summary>Benchmarks that one command runs.</summary>
/// <param name="Name">What is typed.</param>
/// <param name="Summary">One line.</param>
/// <param name="Classes">Their classes.</param>
internal sealed record BenchmarkGroup(string Name, string Summary, params Type[] Classes)
{
    /// <summary>Every group, one line each.</summary>
    internal static IReadOnlyList<BenchmarkGroup> All { get; } =
    [
        new("mixers", "each mixer of the catalogue, forward, and forward with backward", typeof(MixerBenchmarks)),
        new("loss", "head and cross-entropy, forward with backward", typeof(LossBenchmarks)),
        new("optimiser", "one AdamW step with clipping", typeof(OptimiserBenchmarks)),
        new("training", "a whole training step of small models, its batch included", typeof(TrainingBenchmarks)),
        new("generators", "samples of each generated suite", typeof(GeneratorBenchmarks)),
        new("store", "writing, reading and merging records", typeof(StoreBenchmarks)),
        new("report", "the pages of a run", typeof(ReportBenchmarks)),
    ];
}
