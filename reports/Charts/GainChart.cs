using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;
using Plotly.NET;

namespace LT2.Eval.Reports.Charts;

/// <summary>The gain of one more loop, paired by sample: far tighter than the curve's own intervals.</summary>
internal static class GainChart
{
    /// <summary>One chart for each trained loop count whose samples were kept.</summary>
    public static IEnumerable<ChartFigure> Of(QualityCase item, ImmutableArray<PairedGain> gains, VariantStyles styles)
    {
        foreach (var trained in gains.GroupBy(gain => gain.TrainedLoopCount).OrderBy(group => group.Key))
        {
            var title = $"{item.Title}, gain of one more step in T′, checkpoints trained at T = {Quantity.Count(trained.Key)}";
            string[] steps = [.. trained.OrderBy(gain => gain.ToLoopCount).Select(Step).Distinct()];
            var lines = trained.GroupBy(gain => gain.Line).ToArray();
            var traces = lines.Index().Select(pair => (Aside: Plot.Aside(pair.Index, lines.Length), Line: pair.Item)).Select(drawn => (Trace)Plot
                .Line(drawn.Line.Key, styles[drawn.Line.First().VariantId], drawn.Line.Select(gain => Array.IndexOf(steps, Step(gain)) + drawn.Aside), drawn.Line.Select(gain => (double?)gain.Gain.Value))
                .With("mode", "markers")
                .With("error_y", Plot.ErrorBars(drawn.Line.Select(gain => gain.Gain.High - gain.Gain.Value), drawn.Line.Select(gain => gain.Gain.Value - gain.Gain.Low))));
            var layout = new Layout()
                .With("xaxis", Plot.Axis("step in tested loop count").Ticks(steps.Select((_, index) => (double)index), steps).With("range", new[] { -0.4, steps.Length - 0.6 }))
                .With("yaxis", Plot.Axis("change in " + CaseNames.Metric(item.Metric)))
                .With("shapes", new[] { Plot.HorizontalLine(0) });
            var summary = string.Join("; ", trained.GroupBy(gain => gain.Line).Select(line => $"{line.Key}: {string.Join(", ", line.Select(Describe))}"))
                + (item.Direction == MetricDirection.HigherIsBetter ? ". Above zero is better." : ". Below zero is better.");
            yield return new ChartFigure(title, summary, Plot.Json(traces, layout), new ChartTable(
                title, [new("Variant"), new("Step in T′"), new("Paired change [95 % interval]", true), new("Samples a seed", true)],
                [.. trained.Select(gain => ImmutableArray.Create(
                    gain.Line, Step(gain), Quantity.WithInterval(gain.Gain.Value, gain.Gain.Low, gain.Gain.High, item.Unit), Quantity.Count(gain.SampleCount)))]));
        }
    }

    private static string Step(PairedGain gain) => $"{Quantity.Count(gain.FromLoopCount)} → {Quantity.Count(gain.ToLoopCount)}";

    private static string Describe(PairedGain gain) => $"{Quantity.Signed(gain.Gain.Value)} at {Step(gain)}";
}
