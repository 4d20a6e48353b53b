using Microsoft.Playwright;

namespace LT2.Eval.ReportsInBrowser.Tests;

public sealed class ReadingTests(Chromium chromium, SiteFixture sites)
{
    [Fact]
    public async Task A_filter_box_shows_the_rows_that_hold_every_word()
    {
        await using var page = await chromium.OpenAsync(Path.Combine(sites.Full.Folder, "environment.html"));
        var rows = page.Page.Locator("table.filterable tbody tr:visible");
        var all = await rows.CountAsync();
        await page.Page.GetByRole(AriaRole.Searchbox).First.FillAsync("train transformer@tiny");
        var left = await rows.AllTextContentsAsync();
        Assert.NotEmpty(left);
        Assert.True(left.Count < all);
        Assert.All(left, text => Assert.True(text.Contains("train", StringComparison.Ordinal) && text.Contains("transformer@tiny", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_first_tab_stop_skips_to_the_content()
    {
        await using var page = await chromium.OpenAsync(sites.Full.Summary.IndexPath);
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("content", await page.Page.EvaluateAsync<string>("() => document.activeElement.id"));
    }

    [Fact]
    public async Task A_data_table_opens_from_the_keyboard()
    {
        await using var page = await chromium.OpenAsync(Path.Combine(sites.Full.Folder, "quality.html"));
        var summary = page.Page.Locator("figure details > summary").First;
        await summary.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("figure details table").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Charts_follow_the_dark_scheme()
    {
        await using var page = await chromium.OpenAsync(Path.Combine(sites.Full.Folder, "quality.html"), scheme: ColorScheme.Dark);
        await page.DrawAllAsync();
        var colour = await page.Page.EvaluateAsync<string>("() => document.querySelector('[data-chart]').layout.font.color");
        Assert.Equal("#e8eaed", colour);
    }
}
