using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Tests.Gating;

/// <summary>What stands beside a series in a comparison must not hide what happened to it.</summary>
public sealed class ComparisonFamilyTests : IDisposable
{
    private readonly Nights _nights = new();

    [Fact]
    public void A_thousand_tested_series_do_not_silence_one_that_fell()
    {
        var runs = new[] { _nights.Add(0, withScore: false), _nights.Add(1, withScore: false) };
        foreach (var (run, isLater) in new[] { (runs[0], 0), (runs[1], 1) })
        {
            var scores = Enumerable.Range(0, 1100).Select(series => (Metric: $"m{series}", Values: Enumerable.Range(0, 20).Select(i => (double)((i * 7) + series) % 11 + (isLater * (((i + series) % 3) - 1))).ToArray()))
                .Append((Metric: "fallen", Values: Enumerable.Range(0, 200).Select(i => 10 - (isLater * (3 + (i % 5 * 0.1)))).ToArray())).ToList();
            _nights.Store.WriteCell(new(Examples.Cell(run, "many") with { CheckpointHash = run },
                [.. scores.Select(score => Examples.Metric(run, "many", Examples.Key(score.Metric), score.Values.Average(), samples: score.Values.Length) with { Kind = MetricKind.Continuous })],
                [.. scores.SelectMany(score => score.Values.Select((value, i) => new SampleRecord("many", score.Metric, 2, $"s{i}", null, null, value, 1)))], [], [], []));
        }

        var worse = Assert.Single(Compare(runs[0], runs[1]).Rows, row => row.Verdict == ComparisonVerdict.Worse);

        Assert.Equal("fallen", worse.Key.Metric);
    }

    [Fact]
    public void Constants_and_equal_weights_do_not_count_among_the_tests()
    {
        double? Adjusted(int night, int constants)
        {
            var runs = new[] { _nights.Add(night), _nights.Add(night + 1, weights: "w2", flipped: new HashSet<int> { 1, 2, 3, 5, 6, 7 }) };
            foreach (var run in runs)
            {
                for (var i = 0; i < constants; i++)
                {
                    _nights.Store.WriteCell(new(Examples.Cell(run, $"constant {i}"),
                        [Examples.Metric(run, $"constant {i}", Examples.Key("parameters") with { CaseParameters = $"n={i}" }, 7)], [], [], [], []));
                }
            }
            return Compare(runs[0], runs[1]).Rows.Single(row => row.Key.Metric == "acc").AdjustedPValue;
        }

        Assert.NotNull(Adjusted(0, constants: 0));
        Assert.Equal(Adjusted(2, constants: 0), Adjusted(4, constants: 100));
    }

    [Theory]
    [InlineData(1, 3, ComparisonVerdict.Worse)]
    [InlineData(1, 1.5, ComparisonVerdict.Equivalent)]
    [InlineData(3, 1, ComparisonVerdict.Better)]
    public void A_floor_that_is_a_share_of_the_value_is_the_smaller_sides(double before, double after, ComparisonVerdict verdict)
    {
        var runs = new[] { _nights.Add(0, withScore: false), _nights.Add(1, withScore: false) };
        foreach (var (run, value) in runs.Zip(new[] { before, after }))
        {
            for (var seed = 0; seed < 4; seed++)
            {
                var (id, norm) = ($"train-{seed}", value * (1 + (0.01 * seed)));
                var metric = Examples.Metric(run, id, Examples.Key("gradient_norm_peak"), norm) with
                {
                    Seed = seed, Kind = MetricKind.Continuous, Direction = MetricDirection.LowerIsBetter, PracticalFloor = norm,
                };
                _nights.Store.WriteCell(new(Examples.Cell(run, id, CellKind.Train) with { CheckpointHash = $"{run} {seed}" }, [metric], [], [], [], []));
            }
        }

        Assert.Equal(verdict, Compare(runs[0], runs[1]).Rows.Single(row => row.Key.Metric == "gradient_norm_peak").Verdict);
    }

    [Fact]
    public void Two_values_of_one_seed_are_no_repeats()
    {
        var runs = new[] { _nights.Add(0, withScore: false), _nights.Add(1, withScore: false) };
        foreach (var (run, value) in runs.Zip(new[] { 0.5, 0.6 }))
        {
            foreach (var (cell, weights) in new[] { ("a", "w1"), ("b", "w2") })
                Value(run, cell, run + weights, value + (weights == "w2" ? 0.001 : 0));
        }

        var refused = Assert.Single(Compare(runs[0], runs[1]).Refused);

        Assert.Contains("seed 17 has 2 values", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_cells_that_scored_the_same_weights_with_the_same_result_are_one_value()
    {
        var run = _nights.Add(0, withScore: false);
        foreach (var cell in new[] { "a", "b" })
        {
            _nights.Store.WriteCell(new(Examples.Cell(run, cell), [Examples.Metric(run, cell, Examples.Key(), 0.5, samples: 20)],
                [.. Enumerable.Range(0, 20).Select(i => new SampleRecord(cell, "acc", 2, $"s{i}", null, null, i % 2, 1))], [], [], []));
        }

        Assert.Equal(ComparisonVerdict.Equivalent, Compare(run, run).Rows.Single(row => row.Key.Metric == "acc").Verdict);
    }

    [Fact]
    public void A_time_that_two_parts_of_a_night_measured_is_one_of_all_their_processes()
    {
        var row = Compare(_nights.Add(0, timeCells: 2), _nights.Add(1, timeCells: 2, slowdown: 1.2)).Rows
            .Single(row => row.Question == ComparisonQuestion.Time && row.Key.TaskId == "latency");

        Assert.Equal((6, ComparisonVerdict.Worse), (row.Pairs, row.Verdict));
    }

    public void Dispose() => _nights.Dispose();

    private void Value(string run, string cell, string weights, double value) => _nights.Store.WriteCell(
        new(Examples.Cell(run, cell) with { CheckpointHash = weights }, [Examples.Metric(run, cell, Examples.Key(), value)], [], [], [], []));

    private ComparisonReport Compare(string baseline, string candidate) => RunComparison.Compare(new(_nights.Store, baseline), new(_nights.Store, candidate));
}
