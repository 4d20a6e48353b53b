using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Charts;

/// <summary>What the two kinds of quality-against-loop-count charts say in words and numbers.</summary>
internal static class LoopText
{
    /// <summary>The drawn numbers.</summary>
    public static ChartTable Table(QualityCase item, QualityPoint[] points, QualityPoint[] before, string caption)
    {
        var earlier = before.ToDictionary(Place);
        var hasBefore = before.Length > 0;
        ImmutableArray<ChartColumn> columns =
        [
            new("Variant"), new("T", true), new("T′", true), new($"{CaseNames.Metric(item.Metric)} [95 % interval]", true),
            .. hasBefore ? new ChartColumn[] { new("In the reference run [95 % interval]", true) } : [],
            new("Seeds", true), new("Each seed", true, IsLong: true), new("Samples", true),
        ];
        return new ChartTable(caption, columns,
        [
            .. points.Select(point => ImmutableArray.CreateRange(
            [
                point.Line,
                Quantity.Count(point.TrainedLoopCount),
                Quantity.Count(point.TestedLoopCount),
                Interval(item, point.Mean),
                .. hasBefore ? new[] { earlier.TryGetValue(Place(point), out var then) ? Interval(item, then.Mean) : "–" } : [],
                Quantity.Count(point.Seeds.Length),
                string.Join("; ", point.Seeds.Select(seed => Quantity.Number(seed.Estimate.Value))),
                Quantity.Count(point.Seeds[0].SampleCount),
            ])),
            .. item.References.Select(reference => ImmutableArray.CreateRange(
                [reference.Name, "–", "–", Interval(item, reference.Estimate), .. hasBefore ? new[] { "–" } : [], "–", "–", "–"])),
        ]);
    }

    /// <summary>Where each line lies furthest from the reference run, in words; empty without one.</summary>
    /// <param name="item">The case.</param>
    /// <param name="points">The drawn points.</param>
    /// <param name="before">The same in the reference run.</param>
    /// <param name="loopCount">What the axis shows.</param>
    /// <param name="letter">Its letter.</param>
    public static string BeforeSentence(QualityCase item, QualityPoint[] points, QualityPoint[] before, Func<QualityPoint, int> loopCount, string letter)
    {
        var earlier = before.ToDictionary(Place);
        var moved = points.Where(point => earlier.ContainsKey(Place(point))).GroupBy(point => point.Line)
            .Select(line => line.MaxBy(point => Math.Abs(point.Mean.Value - earlier[Place(point)].Mean.Value))!)
            .Select(point => (Point: point, Then: earlier[Place(point)].Mean.Value))
            .Select(pair => pair.Then == pair.Point.Mean.Value
                ? $"{pair.Point.Line} nowhere"
                : $"{pair.Point.Line} at {letter} = {Quantity.Count(loopCount(pair.Point))}, {Quantity.WithUnit(pair.Then, item.Unit)} → {Quantity.WithUnit(pair.Point.Mean.Value, item.Unit)}")
            .ToArray();
        return moved.Length == 0 ? "" : $" Furthest from the reference run (dashed): {string.Join("; ", moved)}.";
    }

    /// <summary>Chance level and direction, in words.</summary>
    public static string ChanceSentence(QualityCase item) =>
        (item.References.IsEmpty ? "" : $" Without loops: {string.Join(", ", item.References.Select(reference => $"{reference.Name} {Quantity.WithUnit(reference.Estimate.Value, item.Unit)}"))}.")
        + (item.Chance is { } chance ? $" Chance is {Quantity.WithUnit(chance, item.Unit)}." : "")
        + (item.Direction == MetricDirection.HigherIsBetter ? " Higher is better." : " Lower is better.");

    private static string Interval(QualityCase item, Estimate estimate) => Quantity.WithInterval(estimate.Value, estimate.Low, estimate.High, item.Unit);

    private static (string Line, int Trained, int Tested) Place(QualityPoint point) => (point.Line, point.TrainedLoopCount, point.TestedLoopCount);
}
