using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class SeriesHistoryTests
{
    private static readonly IReadOnlyList<HistorySeries> Series = SampleInputs.Full().History;

    [Fact]
    public void A_planted_step_is_found_at_its_place()
    {
        var history = SeriesHistory.Of(Series[0]);
        var step = Assert.Single(history.Steps);
        // 40 runs with a step at the twentieth; one earlier run is left out.
        Assert.Equal(19, step.Index);
        Assert.False(history.IsWorse(step));
    }

    [Fact]
    public void A_series_that_only_wobbles_has_no_step() => Assert.Empty(SeriesHistory.Of(Series[1]).Steps);

    [Fact]
    public void Excluded_runs_do_not_count()
    {
        var history = SeriesHistory.Of(Series[0]);
        Assert.Equal(history.Series.Points.Length - 1, history.Valid.Length);
    }
}
