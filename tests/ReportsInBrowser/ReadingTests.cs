using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Results.Records;
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
    public async Task Without_script_a_chart_leaves_its_words_and_its_table_and_no_empty_box()
    {
        await using var page = await chromium.OpenAsync(Path.Combine(sites.Full.Folder, "quality.html"), hasScript: false);
        var figure = page.Page.Locator("figure.chart").First;
        await Assertions.Expect(figure.Locator(".plot")).ToBeHiddenAsync();
        await Assertions.Expect(figure.Locator("h3")).ToBeVisibleAsync();
        await figure.Locator("summary").ClickAsync();
        await Assertions.Expect(figure.Locator("table")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_wide_table_marks_the_side_where_there_is_more_of_it()
    {
        await using var page = await chromium.OpenAsync(Path.Combine(sites.Full.Folder, "compare.html"), width: 390);
        var table = page.Page.Locator(".scroll:has(table.changes)").First;
        await Assertions.Expect(table).ToHaveClassAsync("scroll more-right");
        await table.EvaluateAsync("box => { box.scrollLeft = box.scrollWidth; }");
        await Assertions.Expect(table).ToHaveClassAsync("scroll more-left");
        await page.Page.SetViewportSizeAsync(4000, 900);
        await Assertions.Expect(page.Page.Locator(".sideways")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Long_paths_are_broken_into_lines_so_that_the_last_column_stays_in_view()
    {
        var input = SampleInputs.Full();
        RunData With(RunData run, string folder) => run with
        {
            Environment = [.. run.Environment, new EnvironmentEntry("libtorch.path", $"/srv/{folder}/{string.Concat(Enumerable.Repeat("libraries-of-this-machine", 6))}/native")],
        };
        using var site = new WrittenSite(input with { Run = With(input.Run, "b"), Reference = With(input.Reference!, "a") });
        await using var page = await chromium.OpenAsync(Path.Combine(site.Folder, "compare.html"));
        Assert.Equal(0, await page.Page.Locator(".scroll").First.EvaluateAsync<int>("box => box.scrollWidth - box.clientWidth"));
    }

    [Fact]
    public async Task A_long_legend_on_a_phone_leaves_the_plot_its_room()
    {
        await using var page = await chromium.OpenAsync(Path.Combine(sites.Full.Folder, "latency.html"), width: 390);
        await page.DrawAllAsync();
        var heights = await page.Page.EvaluateAsync<double[]>("() => Array.from(document.querySelectorAll('[data-chart]')).map((box) => box._fullLayout._size.h)");
        Assert.NotEmpty(heights);
        Assert.All(heights, height => Assert.True(height > 130, $"{height} pixels are left for the curves."));
    }

    [Theory]
    [InlineData(1300)]
    [InlineData(500)]
    public async Task A_legend_of_many_models_is_whole_and_does_not_scroll(int width)
    {
        var run = SampleRun.Create();
        RunData Of(int models) => run with
        {
            Metrics = [.. run.Metrics, .. Enumerable.Range(0, models).SelectMany(model => run.Metrics.Where(metric => metric.Key is { TaskId: "mqar", VariantId: "lt2-gdn@tiny" })
                .Select(metric => metric with { Key = metric.Key with { VariantId = $"lt2-hybrid-window-of-sixty-four-number-{model}@mini" } }))],
        };
        using var site = new WrittenSite(ReportInput.Of(Of(20)));
        await using var page = await chromium.OpenAsync(Path.Combine(site.Folder, "quality.html"), width: width);
        await page.DrawAllAsync();
        var cut = await page.Page.EvaluateAsync<string[]>(
            """
            () => Array.from(document.querySelectorAll("[data-chart]")).filter((box) => box._fullLayout.legend)
              .filter((box) => box._fullLayout.legend._height > box._fullLayout.legend._effHeight + 1).map((box) => box.getAttribute("aria-label"))
            """);
        Assert.Empty(cut);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task The_title_of_an_axis_does_not_lie_on_its_numbers(int width)
    {
        // A loss that falls by orders of magnitude has numbers as long as 0.0001 beside its axis.
        var run = SampleRun.Create();
        using var site = new WrittenSite(ReportInput.Of(run with { TrainingPoints = [.. run.TrainingPoints.Select(point => point with { Loss = Math.Pow(10, -point.Step / 80.0) })] }));
        await using var page = await chromium.OpenAsync(Path.Combine(site.Folder, "training.html"), width: width);
        await page.DrawAllAsync();
        var overlaps = await page.Page.EvaluateAsync<string[]>(
            """
            () => Array.from(document.querySelectorAll("[data-chart]")).flatMap((box) => {
              const title = box.querySelector(".ytitle").getBoundingClientRect();
              return Array.from(box.querySelectorAll(".ytick text")).filter((tick) => tick.getBoundingClientRect().left < title.right).map((tick) => tick.textContent);
            })
            """);
        Assert.Empty(overlaps);
    }

    [Fact]
    public async Task The_page_that_is_open_stands_in_the_bar_s_view_on_a_phone()
    {
        await using var page = await chromium.OpenAsync(Path.Combine(sites.Full.Folder, "method.html"), width: 390);
        await Assertions.Expect(page.Page.Locator("header nav a[aria-current=page]")).ToBeInViewportAsync(new() { Ratio = 0.9f });
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
