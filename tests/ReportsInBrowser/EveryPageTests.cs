namespace LT2.Eval.ReportsInBrowser.Tests;

public sealed class EveryPageTests(SiteTour tour) : IClassFixture<SiteTour>
{
    [Fact]
    public async Task Every_page_opens_from_a_file_without_a_console_error_or_a_network_request() =>
        Assert.All(await tour.VisitsAsync(), visit => Assert.True(visit.Faults.Count == 0, $"{visit.Path}: {string.Join("\n", visit.Faults)}"));

    [Fact]
    public async Task Every_chart_draws_the_traces_of_its_data()
    {
        var visits = await tour.VisitsAsync();
        Assert.All(visits, visit => Assert.All(visit.Charts, state => Assert.Equal("whole", state)));
        var charts = visits.Sum(visit => visit.Charts.Count);
        Assert.True(charts > 20, $"Only {charts} charts were drawn.");
    }

    [Fact]
    public async Task No_page_scrolls_sideways_on_a_desk_a_tablet_or_a_phone() =>
        Assert.All(await tour.VisitsAsync(), visit => Assert.All(visit.Excess, excess =>
            Assert.True(excess.Excess <= 0, $"{visit.Path} is {excess.Excess} pixels wider than a window of {excess.Width}.")));

    [Fact]
    public async Task A_table_wider_than_its_box_says_so() =>
        Assert.All(await tour.VisitsAsync(), visit => Assert.True(visit.UnmarkedTables.Count == 0, $"{visit.Path}: {string.Join("; ", visit.UnmarkedTables)}"));

    [Fact]
    public async Task Axe_finds_no_serious_fault_on_any_page_in_light_and_dark()
    {
        var visits = await tour.VisitsAsync();
        Assert.SkipUnless(AxeCore.IsInstalled, AxeCore.Reason);
        Assert.All(visits, visit => Assert.True(visit.AccessibilityFaults!.Count == 0, $"{visit.Path}: {string.Join("\n", visit.AccessibilityFaults)}"));
    }
}
