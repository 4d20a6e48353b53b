using LT2.Eval.Tasks.TextTasks.FewShot;

namespace LT2.Eval.Tasks.TextTasks.Scoring;

/// <summary>From values of documents to a task's value and its standard error, by the reference harness's rules.</summary>
public static class Aggregation
{
    private const int ResamplesPerSeed = 1000;

    /// <summary>The aggregations that fit a metric's values: pairs of log-likelihood and weight, gold with probabilities, or numbers.</summary>
    public static IReadOnlyList<string> NamesFor(string metric) => metric switch
    {
        "word_perplexity" or "byte_perplexity" or "bits_per_byte" => ["weighted_perplexity", "bits_per_byte"],
        "brier_score" => ["brier_score"],
        _ => ["mean", "median", "perplexity"],
    };

    /// <summary>The value of a task.</summary>
    /// <param name="aggregation"><c>mean</c>, <c>median</c>, <c>perplexity</c>, <c>weighted_perplexity</c>, <c>bits_per_byte</c> or <c>brier_score</c>.</param>
    /// <param name="values">See <see cref="DocumentScorer"/>.</param>
    public static double Aggregate(string aggregation, IReadOnlyList<object?> values) => aggregation switch
    {
        "mean" => Mean(Numbers(values)),
        "median" => Numbers(values).Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0,
        "perplexity" => Math.Exp(-Mean(Numbers(values))),
        "weighted_perplexity" => Math.Exp(-WeightedMean(values)),
        "bits_per_byte" => -WeightedMean(values) / Math.Log(2),
        "brier_score" => Mean([.. values.Select(Brier)]),
        _ => throw new Contracts.TaskException($"There is no aggregation '{aggregation}': mean, median, perplexity, weighted_perplexity, bits_per_byte, brier_score are known."),
    };

    /// <summary>The standard error of a task's value; null where the reference gives "N/A".</summary>
    /// <param name="aggregation">As in <see cref="Aggregate"/>.</param>
    /// <param name="values">As in <see cref="Aggregate"/>.</param>
    /// <param name="bootstrapIterations">Resamples for perplexity and median; the reference's default is 100,000, 0 for none.</param>
    public static double? StandardError(string aggregation, IReadOnlyList<object?> values, int bootstrapIterations) => aggregation switch
    {
        _ when values.Count < 2 => null,
        "mean" => SampleDeviation(Numbers(values)) / Math.Sqrt(values.Count),
        "perplexity" or "median" when bootstrapIterations > 0 => Bootstrap(aggregation, Numbers(values), bootstrapIterations),
        _ => null,
    };

    /// <summary>Value of a group: its tasks' values weighted by their sizes.</summary>
    public static double GroupValue(IReadOnlyList<double> values, IReadOnlyList<int> sizes) => values.Zip(sizes, (value, size) => value * size).Sum() / sizes.Sum();

    /// <summary>Pooled standard error of a group: sqrt(Σ (size−1)·size·se² / (Σ size − count) / Σ size).</summary>
    public static double GroupStandardError(IReadOnlyList<double> standardErrors, IReadOnlyList<int> sizes)
    {
        var pooled = standardErrors.Zip(sizes, (error, size) => (size - 1) * (error * error) * size).Sum() / (sizes.Sum() - sizes.Count);
        return Math.Sqrt(pooled / sizes.Sum());
    }

    private static double Mean(IReadOnlyList<double> values) => values.Sum() / values.Count;

    private static double SampleDeviation(IReadOnlyList<double> values)
    {
        var mean = Mean(values);
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    private static double[] Numbers(IReadOnlyList<object?> values) =>
        [.. values.Select(value => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture))];

    private static double WeightedMean(IReadOnlyList<object?> values)
    {
        var pairs = values.Cast<IReadOnlyList<object?>>().Select(pair => Numbers(pair)).ToList();
        return pairs.Sum(pair => pair[0]) / pairs.Sum(pair => pair[1]);
    }

    private static double Brier(object? value)
    {
        var pair = (IReadOnlyList<object?>)value!;
        var gold = (long)pair[0]!;
        return Numbers((IReadOnlyList<object?>)pair[1]!).Select((probability, i) => Math.Pow(probability - (i == gold ? 1 : 0), 2)).Sum();
    }

    // Batch i of 1,000 resamples comes from a generator seeded with i; the deviation is over all of them.
    private static double Bootstrap(string aggregation, double[] values, int iterations)
    {
        var perSeed = Math.Min(ResamplesPerSeed, iterations);
        var estimates = new double[iterations / perSeed * perSeed];
        Parallel.For(0, iterations / perSeed, seed =>
        {
            var random = new MersenneTwister((uint)seed);
            var resample = new double[values.Length];
            for (var i = 0; i < perSeed; i++)
            {
                for (var j = 0; j < resample.Length; j++)
                {
                    resample[j] = values[(int)Math.Floor(random.NextDouble() * values.Length)];
                }

                estimates[(seed * perSeed) + i] = aggregation == "median" ? Median(resample) : Math.Exp(-Mean(resample));
            }
        });
        return SampleDeviation(estimates);
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
