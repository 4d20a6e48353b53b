using LT2.Eval.Reports.Input;

namespace LT2.Eval.Reports.Tests.Samples;

/// <summary>A made-up past of a run's series: a wobble, and for every third series a step of 10 % in the middle.</summary>
public static class SampleHistory
{
    public static IReadOnlyList<HistorySeries> Of(RunData run, IReadOnlyList<string> runs, int mostSeries = 12) =>
    [
        .. run.Metrics.Where(metric => metric.Value is not null).GroupBy(metric => metric.Key).Take(mostSeries).Select((group, series) =>
        {
            var last = group.Average(metric => metric.Value!.Value);
            return new HistorySeries(group.Key, group.First().Direction, group.First().Unit, group.First().Kind,
            [
                .. runs.Select((id, index) => new HistoryPoint(
                    id, SampleRun.Start.AddDays(index + 1 - runs.Count), last * (1 + (0.004 * Math.Sin((index * 2.3) + series))) * (series % 3 == 0 && index < runs.Count / 2 ? 0.9 : 1),
                    0.002 * last, index == 7)),
            ]);
        }),
    ];
}
