using Microsoft.Playwright;

namespace LT2.Eval.ReportsInBrowser.Tests;

/// <summary>One headless Chromium for all tests of an assembly: Debian's, or the program that <c>LT2_CHROMIUM</c> names.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;

    public static string Program => Environment.GetEnvironmentVariable("LT2_CHROMIUM") ?? "/usr/bin/chromium";

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program))
        {
            return;
        }
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }
        playwright?.Dispose();
    }

    /// <summary>A page that notes every console error, failed script and request; skips the test where Chromium is not installed.</summary>
    public async Task<WatchedPage> OpenAsync(string file, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, string? fragment = null, bool hasScript = true)
    {
        Assert.SkipWhen(browser is null, $"Chromium is not installed at {Program}: apt-get install chromium, or name it in LT2_CHROMIUM.");
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            JavaScriptEnabled = hasScript,
        });
        var page = new WatchedPage(await context.NewPageAsync(), context);
        await page.GoToAsync(file, fragment, hasScript);
        return page;
    }
}
