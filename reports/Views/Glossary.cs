using System.Collections.Immutable;

namespace LT2.Eval.Reports.Views;

/// <summary>The words and formulas of the pages, said once.</summary>
internal static class Glossary
{
    /// <summary>Words of the field and of this program.</summary>
    public static readonly ImmutableArray<(string Word, string Meaning)> Words =
    [
        ("Variant", "A model under test, written name@scale: its structure, its sizes and the recipe it was trained with."),
        ("Suite, task, case, sample", "A suite holds tasks; a case is a task with its parameters; a sample is one question of a case."),
        ("Plan, run, cell", "A plan says what is measured. A run carries it out once. A cell is one unit of work of a run: train, score or time."),
        ("Trained loop count T", "How many times the stack of blocks was applied while the model was trained."),
        ("Tested loop count T′", "How many times it was applied before the answer was read. T′ beyond T is extrapolation."),
        ("Chance", "The expected value of an answer that knows nothing of the question."),
        ("Prefill, decode", "Prefill reads a whole sequence at once. Decode makes one token, with the sequence already in the state."),
        ("Series", "The same measurement through time: suite and version, case, metric, variant, recipe, loop counts, dtype, batch; for times also phase, length, kernels and host class."),
        ("Pin", "A run that a person accepted as the baseline, with a reason."),
        ("Reference run", "The run that a report compares with: the pin, or one that was named. Its curves are dashed, with open markers that hold a dot."),
        ("Flip", "A sample that one run answered right and the other wrong."),
        ("Tainted", "A timed block that something else slowed down: a thread waited more than 5 % of it for a CPU, the hypervisor took more than 5 %, or the GPU throttled. Left out of medians where its process has other blocks."),
    ];

    /// <summary>Formulas.</summary>
    public static readonly ImmutableArray<(string Word, string Meaning)> Methods =
    [
        ("Interval of one value", "95 %. Independent 0/1 samples: Wilson's score interval. Otherwise value ± t(C − 1) · SE with the standard error clustered over C clusters. Below eight clusters no interval is given."),
        ("Interval over seeds", "From three training seeds on: mean ± t(k − 1) · s/√k over the k seeds. With one or two seeds the sampling interval is shown; it does not say whether another seed would agree."),
        ("Latency", "Several iterations are timed between two synchronisations (a block), several blocks in each fresh process, after warm-up. Shown: the median of the processes' medians, and the tenth and ninetieth percentile of all blocks (interpolated between order statistics)."),
        ("Slope", "Ordinary least squares of log latency on log length, over the four largest lengths, with a t interval. Local slopes are between neighbouring lengths. A slope of 1 is linear, 2 quadratic. Beside it the median of all pairs' slopes, and a fit of c₀ + c₁n + c₂n² with no part below zero and relative weights, as shares of the time at the longest length."),
        ("Gain of one more loop", "Differences of neighbouring tested loop counts on the same samples, clustered standard error, averaged over training seeds. Far tighter than the curves' own intervals."),
        ("Plateau", "The smallest tested loop count whose value is within the margin of the best: 0.01 for shares, 1 % otherwise."),
        ("Comparison of two runs", "Quality on the same samples: per-sample differences, clustered; the exact mid-p test of McNemar for independent 0/1 answers, sign flips of cluster sums otherwise. Several training seeds with new weights: Welch's test over seeds. Times: Welch's test on the logarithms of process medians. Holm's adjustment within quality, times and memory."),
        ("Verdicts", "Worse or better: adjusted p below 0.05 and a difference of at least the floor. Equivalent: the 90 % interval lies within the floor (two one-sided tests), or every sample agrees. Otherwise inconclusive, which is not “no change”. The floor is the record's own; 2 % for times, the larger of 1 % and 64 MiB for memory."),
        ("Steps of a series", "Hierarchical division with energy statistics, kept by Welch's t test, at least five runs on each side; times on the log scale, at least 1 %."),
        ("Dominated", "Another model is at least as cheap and at least as good, and strictly better in one of the two."),
        ("Crossing length", "Where the latency ratio of two variants passes 1, interpolated in log ratio and log length between the two neighbouring timed lengths."),
        ("Digits", "Three significant digits. Brackets after a value are its interval, in the same unit."),
    ];

    /// <summary>What not to read into the pages.</summary>
    public static readonly ImmutableArray<string> Limits =
    [
        "Intervals that overlap do not prove equality, and the separate intervals of two models are wider than the interval of their paired difference.",
        "Readouts at loop counts other than the trained one are meaningful only for losses that train them (every loop, weighted, random T).",
        "Latencies of different host classes are never compared.",
        "The best loop count of a curve was not chosen on separate data; it is a description, not a selected result.",
    ];
}
