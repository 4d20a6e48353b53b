using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Claims;

/// <summary>Judges claims by what a run measured.</summary>
public static class ClaimEvaluation
{
    /// <summary>Repeats (training seeds or timing processes) below which no interval is given.</summary>
    public const int FewestRepeats = 3;

    /// <summary>
    /// Judges each claim. The contrast is formed within each repeat, so that what the repeats share cancels; its 95 % interval is mean ± t(k − 1) · s/√k over the k
    /// repeats that have every value. Confirmed: the interval lies where the claim expects it (for "within": the two one-sided tests at 5 %, which is the 90 % interval).
    /// Refuted: it lies wholly elsewhere. Each claim is judged on its own; no adjustment is made for their number.
    /// </summary>
    /// <param name="claims">The claims, in the order of their findings.</param>
    /// <param name="metrics">Metrics of the run.</param>
    /// <param name="cells">Its cells.</param>
    /// <param name="blocks">Its timed blocks.</param>
    public static IReadOnlyList<ClaimFinding> Judge(
        IReadOnlyList<ClaimDefinition> claims, IReadOnlyList<MetricRecord> metrics, IReadOnlyList<CellRecord> cells, IReadOnlyList<TimingBlockRecord> blocks)
    {
        var values = new ClaimValues(metrics, cells, blocks);
        return [.. claims.Select(claim => Judge(claim, values, cells))];
    }

    private static ClaimFinding Judge(ClaimDefinition claim, ClaimValues values, IReadOnlyList<CellRecord> cells)
    {
        var terms = claim.Terms.Select(values.Of).ToArray();
        long[] shared = [.. terms.Select(term => term.ByRepeat.Keys.AsEnumerable()).Aggregate((left, right) => left.Intersect(right)).Order()];
        ClaimRepeat[] repeats = [.. shared.Select(number => new ClaimRepeat(number, Contrast(claim, [.. terms.Select(term => term.ByRepeat[number])])))];
        var missing = Missing(claim, values, terms, shared).ToList();
        if (repeats.FirstOrDefault(repeat => !double.IsFinite(repeat.Value)) is { } odd)
        {
            missing.Add($"repeat {odd.Number} has a value without a logarithm");
        }

        double[] means = [.. terms.Select(term => term.ByRepeat.Count == 0 ? double.NaN : term.ByRepeat.Values.Average())];
        var seconds = Seconds(terms.SelectMany(term => term.CellIds).ToHashSet(StringComparer.Ordinal), cells);
        if (repeats.Length < FewestRepeats || repeats.Any(repeat => !double.IsFinite(repeat.Value)))
        {
            double? mean = repeats.Length > 0 && repeats.All(repeat => double.IsFinite(repeat.Value)) ? repeats.Average(repeat => repeat.Value) : null;
            return new(claim, ClaimVerdict.NotMeasured, mean, null, repeats, means, missing, seconds);
        }

        var test = MeanTest.Of([.. repeats.Select(repeat => repeat.Value)]);
        return new(claim, Verdict(claim, test), test.Mean, test.Interval(), repeats, means, missing, seconds);
    }

    private static double Contrast(ClaimDefinition claim, IReadOnlyList<double> values) =>
        claim.Terms.Zip(values).Sum(pair => pair.First.Weight * (claim.IsLogarithmic ? Math.Log(pair.Second) : pair.Second));

    private static ClaimVerdict Verdict(ClaimDefinition claim, MeanTest test)
    {
        var interval = test.Interval();
        var (confirmed, refuted) = claim.Expectation switch
        {
            ClaimExpectation.Above => (interval.Lower > claim.Margin, interval.Upper < claim.Margin),
            ClaimExpectation.Below => (interval.Upper < claim.Margin, interval.Lower > claim.Margin),
            _ => (EquivalenceTest.PValue(test.Mean, test.StandardError, test.DegreesOfFreedom, claim.Margin) < 0.05,
                interval.Lower > claim.Margin || interval.Upper < -claim.Margin),
        };
        return confirmed ? ClaimVerdict.Confirmed : refuted ? ClaimVerdict.Refuted : ClaimVerdict.Inconclusive;
    }

    private static IEnumerable<string> Missing(
        ClaimDefinition claim, ClaimValues values, (SortedDictionary<long, double> ByRepeat, IReadOnlySet<string> CellIds)[] terms, long[] shared)
    {
        foreach (var (term, found) in claim.Terms.Zip(terms))
        {
            if (found.ByRepeat.Count == 0)
            {
                yield return values.IsAmbiguous(term) ? $"the {Name(term)} was measured at several loop counts or batch sizes: name one in testedLoopCounts" : $"no value of {Name(term)}";
            }

            else if (terms.SelectMany(other => other.ByRepeat.Keys).Distinct().Except(found.ByRepeat.Keys).Order().ToList() is [var first, ..] absent)
            {
                yield return $"no value of {Name(term)} for {(absent.Count == 1 ? $"repeat {first}" : $"repeats {string.Join(", ", absent)}")}, which is left out";
            }

            foreach (var failure in values.Failures(term))
            {
                yield return failure;
            }
        }

        if (shared.Length is > 0 and < FewestRepeats)
        {
            yield return $"{shared.Length} repeat{(shared.Length == 1 ? "" : "s")} where an interval needs {FewestRepeats}";
        }
    }

    /// <summary>A term in words: metric, variant and loop counts, or phase and length.</summary>
    public static string Name(ClaimTerm term) => term.Phase is { } phase
        ? $"{phase} time of {term.VariantId} at {term.SequenceLength} tokens"
        : $"{term.Metric} of {term.VariantId}{(term.TrainedLoopCount is { } trained ? $" T={trained}" : "")}"
            + $"{(term.TestedLoopCounts.Count == 0 ? "" : $" T′={string.Join(",", term.TestedLoopCounts)}")} on {term.TaskId ?? term.SuiteId}"
            + string.Concat(term.Parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal).Select(parameter => $" {parameter.Key}={parameter.Value}"));

    private static double Seconds(IReadOnlySet<string> ids, IReadOnlyList<CellRecord> cells) =>
        CellLineage.With(ids, cells).Sum(cell => cell.DeviceUse?.Seconds ?? cell.DurationSeconds);
}
