using System.Net;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;

namespace LT2.Eval.Reports.Tests.Site;

public sealed class SamplePageTests
{
    private static string FirstPage(ReportInput input)
    {
        using var site = new WrittenSite(input);
        return site.Summary.Pages.Where(page => page.StartsWith("samples/", StringComparison.Ordinal)).Select(page => WebUtility.HtmlDecode(site.Read(page)))
            .First(html => html.Contains("<dd>looped-full@tiny</dd>", StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_says_how_many_samples_of_how_many_it_lists_and_in_which_order()
    {
        var html = FirstPage(SampleInputs.Full());
        Assert.Contains("60 of the 500 samples that were scored are listed; the store keeps no more of them. Flips against the reference run come first", html, StringComparison.Ordinal);
        Assert.Contains("<dt>Samples</dt><dd>60 kept of 500 scored</dd>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_lists_every_sample_says_so_and_without_a_reference_it_has_no_flips()
    {
        var run = SampleRun.Create();
        var html = FirstPage(ReportInput.Of(run with { Metrics = [.. run.Metrics.Select(metric => metric.SampleCount == 500 ? metric with { SampleCount = 60 } : metric)] }));
        Assert.Contains("All 60 samples of the case are listed, 100 at a time. There is no reference run, so there are no flips", html, StringComparison.Ordinal);
        Assert.DoesNotContain(">Flip<", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_texts_were_kept_the_page_says_so_and_has_no_column_for_them()
    {
        var run = SampleRun.Create();
        string Page(Func<LT2.Eval.Results.Records.SampleRecord, LT2.Eval.Results.Records.SampleRecord> kept) => FirstPage(ReportInput.Of(run with { Samples = [.. run.Samples.Select(kept)] }));

        var bare = Page(sample => sample with { Expected = null, Answer = null });
        Assert.Contains("No texts of these samples were kept, neither expected nor given answers: the scores alone are listed.", bare, StringComparison.Ordinal);
        Assert.Contains("data-expected=\"false\"", bare, StringComparison.Ordinal);
        Assert.DoesNotContain(">Expected<", bare, StringComparison.Ordinal);

        var whole = Page(sample => sample);
        Assert.DoesNotContain("were kept", whole, StringComparison.Ordinal);
        Assert.Contains(">Expected<", whole, StringComparison.Ordinal);
        Assert.Contains("No expected answers of these samples were kept.", Page(sample => sample with { Expected = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_score_of_the_case_stands_beside_how_many_samples_are_wholly_right()
    {
        var run = SampleRun.Create();
        var metric = run.Metrics.First(item => item.Key is { TaskId: "mqar", VariantId: "looped-full@tiny", TrainedLoopCount: 3, TestedLoopCount: 3 } && item.Seed == 1);
        var html = FirstPage(ReportInput.Of(run));
        Assert.Contains("each summed over all 500 samples of the case", html, StringComparison.Ordinal);
        Assert.Matches($"<td>3 \\(as trained\\)</td><td class=\"number\">{LT2.Eval.Reports.Text.Quantity.Number(metric.Value)} ", html);
    }
}
