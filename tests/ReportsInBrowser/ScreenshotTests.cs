using System.Globalization;
using Microsoft.Playwright;

namespace LT2.Eval.ReportsInBrowser.Tests;

/// <summary>
/// Takes the pictures of the documentation, on demand: LT2_SCREENSHOTS names a file with a line for each picture,
/// <c>PICTURE.png SITE/PAGE.html[#ANCHOR] light|dark WIDTH HEIGHT</c>, paths relative to the file.
/// </summary>
public sealed class ScreenshotTests(Chromium chromium)
{
    private const string Variable = "LT2_SCREENSHOTS";

    [Fact]
    public async Task Pictures_of_the_documentation_are_taken()
    {
        var list = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(list is null, $"Takes pictures of a written site; name the list of them in {Variable}.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(list))!;
        foreach (var line in File.ReadLines(list).Where(line => line.Length > 0 && !line.StartsWith('#')))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(words.Length == 5, $"'{line}': give picture, page, scheme, width and height.");
            var address = words[1].Split('#');
            await using var page = await chromium.OpenAsync(
                Path.GetFullPath(address[0], folder), Number(words[3]), Number(words[4]), words[2] == "dark" ? ColorScheme.Dark : ColorScheme.Light, address.ElementAtOrDefault(1));
            await page.DrawAllAsync();
            if (address.Length > 1)
            {
                // Charts above the place have grown since the page went there.
                await page.Page.EvaluateAsync("id => document.getElementById(id).scrollIntoView()", address[1]);
            }

            await page.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.GetFullPath(words[0], folder) });
            Assert.Empty(page.Faults);
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
