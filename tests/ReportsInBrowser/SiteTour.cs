using Microsoft.Playwright;

namespace LT2.Eval.ReportsInBrowser.Tests;

/// <summary>Visits every page of the full site once; the tests look at what was seen. Opening each page for each test would take minutes.</summary>
public sealed class SiteTour(Chromium chromium, SiteFixture sites)
{
    private static readonly int[] Widths = [1280, 768, 390];
    private readonly SemaphoreSlim gate = new(1);
    private List<PageVisit>? visits;

    /// <summary>The visits, made on first use.</summary>
    public async Task<IReadOnlyList<PageVisit>> VisitsAsync()
    {
        await gate.WaitAsync();
        try
        {
            return visits ??= await MakeAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<List<PageVisit>> MakeAsync()
    {
        var seen = new List<PageVisit>();
        foreach (var path in sites.Full.Summary.Pages)
        {
            await using var page = await chromium.OpenAsync(Path.Combine(sites.Full.Folder, path));
            await page.DrawAllAsync();
            var charts = await page.Page.EvaluateAsync<string[]>(
                """
                () => Array.from(document.querySelectorAll("[data-chart]")).map((box) => {
                  const asked = box.figure ? box.figure.data.length : 0;
                  const drawn = box.querySelectorAll(".scatterlayer .trace, .heatmaplayer .hm, .barlayer .trace").length;
                  return asked > 0 && drawn === asked && box.dataset.drawn === "true" ? "whole" : box.dataset.drawn + ", asked " + asked + ", drew " + drawn;
                })
                """);
            await page.Page.EvaluateAsync("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })");
            var excess = new List<(int, int)>();
            var unmarked = new List<string>();
            foreach (var width in Widths)
            {
                await page.Page.SetViewportSizeAsync(width, 900);
                excess.Add((width, await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth")));
                unmarked.AddRange((await UnmarkedTablesAsync(page.Page)).Select(table => $"{table} at {width} pixels"));
            }
            await page.Page.SetViewportSizeAsync(1280, 900);
            // Before axe-core looks: what it does is not the page's.
            string[] faults = [.. page.Faults];
            seen.Add(new PageVisit(path, faults, charts, excess, unmarked, AxeCore.IsInstalled ? await AxeAsync(page.Page) : null));
        }
        return seen;
    }

    // Two frames: the watcher of a box's width runs after the layout of the first.
    private static async Task<string[]> UnmarkedTablesAsync(IPage page) => await page.EvaluateAsync<string[]>(
        """
        async () => {
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          return Array.from(document.querySelectorAll(".scroll"))
            .filter((box) => box.scrollWidth > box.clientWidth + 1
              && !(box.classList.contains("more-right") && box.previousElementSibling && box.previousElementSibling.className === "sideways"))
            .map((box) => box.getAttribute("aria-label"));
        }
        """);

    private static async Task<List<string>> AxeAsync(IPage page)
    {
        var found = new List<string>();
        await page.EvaluateAsync(AxeCore.Script + "; undefined");
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            // Structure is the same in both schemes: the second look is for colours alone.
            var options = scheme == ColorScheme.Light ? "{}" : "{ runOnly: ['color-contrast'] }";
            var faults = await page.EvaluateAsync<string[]>(
                $$"""
                async () => (await axe.run(document, { resultTypes: ["violations"], preload: false, ...{{options}} })).violations
                  .filter((fault) => ["moderate", "serious", "critical"].includes(fault.impact))
                  .map((fault) => fault.id + ": " + fault.help + " at " + fault.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | "))
                """);
            found.AddRange(faults.Select(fault => $"{scheme}: {fault}"));
        }
        return found;
    }
}
