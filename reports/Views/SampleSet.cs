using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Samples of one cell and metric, flips first.</summary>
/// <param name="CellId">The cell.</param>
/// <param name="Case">The case.</param>
/// <param name="Line">Variant and recipe.</param>
/// <param name="TrainedLoopCount">T.</param>
/// <param name="Seed">Training seed.</param>
/// <param name="LoopCounts">Tested loop counts, ascending.</param>
/// <param name="IsRightOrWrong">Scores are shares, and 1 is right.</param>
/// <param name="Rows">Samples: flips against the reference first, then those whose correctness changes with loops, then wrong ones.</param>
/// <param name="CaseScores">What the cell recorded for the whole case at each of the loop counts; null where it recorded nothing.</param>
public sealed record SampleSet(
    string CellId, QualityCase Case, string Line, int TrainedLoopCount, long? Seed, ImmutableArray<int> LoopCounts, bool IsRightOrWrong, ImmutableArray<SampleRow> Rows,
    ImmutableArray<SeedEstimate?> CaseScores)
{
    /// <summary>Tested loop count that right and wrong are counted at: the trained one, or the largest where it was not tested.</summary>
    public int CountedLoopCount => LoopCounts.Contains(TrainedLoopCount) ? TrainedLoopCount : LoopCounts[^1];

    /// <summary>Score of the case at <see cref="CountedLoopCount"/>; null where the cell recorded none.</summary>
    public SeedEstimate? CountedScore => CaseScores[LoopCounts.IndexOf(CountedLoopCount)];

    /// <summary>Samples right at <see cref="CountedLoopCount"/>.</summary>
    public int RightCount => RightAt(LoopCounts.IndexOf(CountedLoopCount));

    /// <summary>Samples behind the case's score; more than there are rows where not all were kept.</summary>
    public long ScoredCount => Math.Max(Rows.Length, CaseScores.Max(score => score?.SampleCount) ?? 0);

    /// <summary>Whether the rows have slices that tell them apart.</summary>
    public bool HasSlices => Rows.Any(row => row.Slice is not null);

    /// <summary>Whether the expected answer of any sample was kept.</summary>
    public bool HasExpected => Rows.Any(row => !string.IsNullOrEmpty(row.Expected));

    /// <summary>Whether any answer was kept.</summary>
    public bool HasAnswers => Rows.Any(row => row.Scores.Any(score => !string.IsNullOrEmpty(score.Answer)));

    /// <summary>Samples whose whole answer is right at a loop count.</summary>
    /// <param name="loop">Index among <see cref="LoopCounts"/>.</param>
    public int RightAt(int loop) => Rows.Count(row => IsRight(row.Scores[loop].Score));

    /// <summary>Whether a score is a right answer.</summary>
    /// <param name="score">The score.</param>
    public static bool IsRight(double? score) => score >= 1 - 1e-9;

    /// <summary>Every set of a run, in the order of its cases.</summary>
    /// <param name="model">The model.</param>
    public static ImmutableArray<SampleSet> Of(ReportModel model)
    {
        var reference = (model.Input.Reference?.Samples ?? []).ToLookup(sample => (sample.CellId, sample.Metric));
        return
        [
            .. model.Quality.SelectMany(item => item.Points
                    .SelectMany(point => point.Seeds.Select(seed => (Case: item, seed.CellId, seed.Seed, point.Line, point.TrainedLoopCount))))
                // A sample record names its cell and metric and no case: a set is one cell and metric.
                .DistinctBy(key => (key.CellId, key.Case.Metric))
                .Where(key => model.Samples.Contains((key.CellId, key.Case.Metric)))
                .Select(key => Create(
                    key.Case, key.CellId, key.Line, key.TrainedLoopCount, key.Seed, model.Samples[(key.CellId, key.Case.Metric)],
                    reference[(key.CellId, key.Case.Metric)])),
        ];
    }

    private static SampleSet Create(
        QualityCase item, string cellId, string line, int trained, long? seed, IEnumerable<SampleRecord> samples, IEnumerable<SampleRecord> reference)
    {
        var all = samples.ToArray();
        ImmutableArray<int> loops = [.. all.Select(sample => sample.TestedLoopCount).Distinct().Order()];
        var counted = loops.Contains(trained) ? trained : loops[^1];
        var before = reference.Where(sample => sample.TestedLoopCount == counted).GroupBy(sample => sample.SampleId, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => Score(group), StringComparer.Ordinal);
        var byId = all.GroupBy(sample => sample.SampleId, StringComparer.Ordinal).ToArray();
        // A slice that every sample has, such as a range of positions, tells none of them apart.
        string[] ofAll = [.. all.Select(sample => sample.Slice).OfType<string>().Distinct().Where(slice => byId.All(group => group.Any(sample => sample.Slice == slice)))];
        var rows = byId.Select(group => Row(group, loops, counted, item.IsShare, before, ofAll))
            .OrderBy(row => row.Flip is null ? 1 : 0)
            .ThenBy(row => item.IsShare && row.Scores.Select(score => IsRight(score.Score)).Distinct().Count() > 1 ? 0 : 1)
            .ThenBy(row => item.IsShare && IsRight(row.Scores[loops.IndexOf(counted)].Score) ? 1 : 0)
            .ThenBy(row => row.SampleId, NaturalOrder.Instance);
        return new SampleSet(
            cellId, item, line, trained, seed, loops, item.IsShare, [.. rows],
            [.. loops.Select(loop => item.Points.Where(point => point.TestedLoopCount == loop).SelectMany(point => point.Seeds).FirstOrDefault(score => score.CellId == cellId))]);
    }

    private static SampleRow Row(
        IGrouping<string, SampleRecord> group, ImmutableArray<int> loops, int counted, bool isShare, Dictionary<string, double?> before, string[] slicesOfAll)
    {
        var byLoop = group.ToLookup(sample => sample.TestedLoopCount);
        ImmutableArray<(double? Score, string? Answer)> scores =
            [.. loops.Select(loop => (Score(byLoop[loop]), byLoop[loop].Select(sample => sample.Answer).FirstOrDefault(answer => answer is not null)))];
        var right = IsRight(scores[loops.IndexOf(counted)].Score);
        var flip = isShare && before.TryGetValue(group.Key, out var earlier) && IsRight(earlier) != right ? right ? "wrong → right" : "right → wrong" : null;
        var tail = scores.Reverse().TakeWhile(score => IsRight(score.Score)).Count();
        return new SampleRow(
            group.Key, string.Join(", ", group.Select(sample => sample.Slice).OfType<string>().Except(slicesOfAll).Order(StringComparer.Ordinal)) is { Length: > 0 } slice ? slice : null,
            group.Select(sample => sample.Expected).FirstOrDefault(text => text is not null), scores, flip, isShare && tail > 0 ? loops[loops.Length - tail] : null);
    }

    // The records of a slice repeat parts of the whole sample: counted again, they would weight them double.
    private static double? Score(IEnumerable<SampleRecord> samples)
    {
        var (numerator, denominator) = samples.Where(sample => sample.Slice is null).Aggregate((0.0, 0.0), (sum, sample) => (sum.Item1 + sample.Numerator, sum.Item2 + sample.Denominator));
        return denominator == 0 ? null : numerator / denominator;
    }
}
