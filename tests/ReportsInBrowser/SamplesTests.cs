using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using Microsoft.Playwright;

namespace LT2.Eval.ReportsInBrowser.Tests;

public sealed class SamplesTests(Chromium chromium, SiteFixture sites)
{
    private string FirstSet => Path.Combine(sites.Full.Folder, sites.Full.Summary.Pages.First(path => path.StartsWith("samples/", StringComparison.Ordinal)));

    [Fact]
    public async Task A_filter_by_text_shows_the_samples_that_hold_it()
    {
        await using var page = await chromium.OpenAsync(FirstSet);
        await page.Page.WaitForSelectorAsync("[data-ready=true]");
        await page.Page.GetByRole(AriaRole.Searchbox, new() { Name = "Filter samples by text" }).FillAsync("s0047");
        await Assertions.Expect(page.Page.Locator("[data-samples] tbody tr")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Wrong_answers_can_be_asked_for()
    {
        await using var page = await chromium.OpenAsync(FirstSet);
        await page.Page.WaitForSelectorAsync("[data-ready=true]");
        await page.Page.GetByRole(AriaRole.Combobox, new() { Name = "Which samples" }).SelectOptionAsync("wrong");
        await Assertions.Expect(page.Page.Locator("[data-samples] [role=status]")).ToContainTextAsync("that match");
        var rows = await page.Page.Locator("[data-samples] tbody tr").AllTextContentsAsync();
        Assert.All(rows, row => Assert.Contains("✗", row, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_without_expected_answers_has_a_cell_for_each_of_its_columns()
    {
        var run = SampleRun.Create();
        using var site = new WrittenSite(ReportInput.Of(run with { Samples = [.. run.Samples.Select(sample => sample with { Expected = null, Answer = null })] }));
        await using var page = await chromium.OpenAsync(Path.Combine(site.Folder, site.Summary.Pages.First(path => path.StartsWith("samples/", StringComparison.Ordinal))));
        await page.Page.WaitForSelectorAsync("[data-ready=true]");
        await Assertions.Expect(page.Page.Locator("[data-samples] th:has-text('Expected')")).ToHaveCountAsync(0);
        Assert.Equal(await page.Page.Locator("[data-samples] thead th").CountAsync(), await page.Page.Locator("[data-samples] tbody tr").First.Locator("td").CountAsync());
    }

    [Fact]
    public async Task A_permanent_link_leads_to_its_sample()
    {
        await using var page = await chromium.OpenAsync(FirstSet, fragment: "sample-s0031");
        await page.Page.WaitForSelectorAsync("[data-ready=true]");
        await Assertions.Expect(page.Page.Locator("#sample-s0031")).ToBeInViewportAsync();
        Assert.Empty(page.Faults);
    }
}
