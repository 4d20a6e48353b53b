using Microsoft.Playwright;

namespace LT2.Eval.ReportsInBrowser.Tests;

public sealed class AccessibilityTests(Chromium chromium, SiteFixture sites)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Axe_finds_no_serious_fault_on_any_page(ColorScheme scheme)
    {
        var script = AxeCore.Script;
        foreach (var path in sites.Full.Summary.Pages)
        {
            await using var page = await chromium.OpenAsync(Path.Combine(sites.Full.Folder, path), scheme: scheme);
            await page.DrawAllAsync();
            await page.Page.EvaluateAsync("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })");
            await page.Page.EvaluateAsync(script + "; undefined");
            var faults = await page.Page.EvaluateAsync<string[]>(
                """
                async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
                  .filter((fault) => ["moderate", "serious", "critical"].includes(fault.impact))
                  .map((fault) => fault.id + ": " + fault.help + " at " + fault.nodes.slice(0, 3).map((node) => node.html.slice(0, 200) + " [" + node.failureSummary.slice(0, 300) + "]").join(" | "))
                """);
            Assert.True(faults.Length == 0, $"{path}: {string.Join("\n", faults)}");
        }
    }
}
