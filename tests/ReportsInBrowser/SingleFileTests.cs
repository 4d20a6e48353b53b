using LT2.Eval.Reports;
using LT2.Eval.Reports.Tests.Samples;

namespace LT2.Eval.ReportsInBrowser.Tests;

public sealed class SingleFileTests(Chromium chromium)
{
    [Fact]
    public async Task The_one_file_form_draws_every_chart_without_any_other_file()
    {
        var folder = Directory.CreateTempSubdirectory("lt2-one-").FullName;
        try
        {
            await using var page = await chromium.OpenAsync(ReportSingleFile.Write(SampleInputs.Full(), Path.Combine(folder, "report.html")));
            await page.DrawAllAsync();
            Assert.True(page.Faults.Count == 0, string.Join("\n", page.Faults));
            var states = await page.Page.EvaluateAsync<string[]>("() => Array.from(document.querySelectorAll('[data-chart]')).map((box) => box.dataset.drawn)");
            Assert.NotEmpty(states);
            Assert.All(states, state => Assert.Equal("true", state));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
