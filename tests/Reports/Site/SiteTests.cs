using System.Text.RegularExpressions;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Site;

public sealed partial class SiteTests
{
    [Fact]
    public void Equal_input_gives_equal_bytes()
    {
        using var first = new WrittenSite(SampleInputs.Full());
        using var second = new WrittenSite(SampleInputs.Full());
        Assert.Equal(first.Summary.Files, second.Summary.Files);
        Assert.All(first.Summary.Files, path =>
            Assert.Equal(File.ReadAllBytes(Path.Combine(first.Folder, path)), File.ReadAllBytes(Path.Combine(second.Folder, path))));
    }

    [Fact]
    public void Every_link_leads_to_a_file_and_a_place_that_exist()
    {
        using var site = new WrittenSite(SampleInputs.Full());
        foreach (var page in site.Summary.Pages)
        {
            foreach (Match match in Reference().Matches(site.Read(page)))
            {
                var target = match.Groups[1].Value;
                var parts = target.Split('#');
                var file = parts[0].Length == 0 ? page : Path.GetRelativePath(site.Folder, Path.Combine(site.Folder, Path.GetDirectoryName(page)!, parts[0]));
                Assert.True(site.Summary.Files.Contains(file), $"{page} leads to {target}, which is not in the site.");
                if (parts.Length > 1)
                {
                    Assert.True(site.Read(file).Contains($"id=\"{parts[1]}\"", StringComparison.Ordinal), $"{page} leads to {target}, which has no such place.");
                }
            }
        }
    }

    [Fact]
    public void A_run_that_was_stopped_does_not_claim_that_nothing_is_missing()
    {
        var run = SampleRun.Create();
        var stopped = run with { Run = run.Run with { Status = RunStatus.Interrupted }, Cells = [.. run.Cells.Where(cell => cell.Outcome == CellOutcome.Finished)] };
        using var site = new WrittenSite(ReportInput.Of(stopped));
        Assert.Contains("cells that it had not carried out by then are missing too", site.Read("index.html"), StringComparison.Ordinal);
        Assert.DoesNotContain("every cell finished", site.Read("index.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_are_unique_on_every_page()
    {
        using var site = new WrittenSite(SampleInputs.Full());
        Assert.All(site.Summary.Pages, page =>
        {
            var ids = Id().Matches(site.Read(page)).Select(match => match.Groups[1].Value).ToArray();
            Assert.Equal(ids.Distinct(), ids);
        });
    }

    [Fact]
    public void Pages_name_no_network_address_and_hold_no_inline_script()
    {
        using var site = new WrittenSite(SampleInputs.Full());
        Assert.All(site.Summary.Pages, page =>
        {
            var html = site.Read(page);
            Assert.DoesNotMatch("(src|href|action|poster)=\"(https?:)?//", html);
            Assert.DoesNotMatch("<script(?![^>]*\\ssrc=)", html);
            Assert.DoesNotMatch("<[^>]+\\son[a-z]+=", html);
            Assert.DoesNotMatch("<[^>]+\\sstyle=", html);
            Assert.Contains("script-src &#x27;self&#x27;", html, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_chart_has_a_title_a_summary_a_table_and_its_data_file()
    {
        using var site = new WrittenSite(SampleInputs.Full());
        var charts = 0;
        foreach (var page in site.Summary.Pages)
        {
            foreach (Match figure in Figure().Matches(site.Read(page)))
            {
                charts++;
                Assert.Matches("<figcaption><h3>[^<]+</h3><p>[^<]+</p></figcaption>", figure.Value);
                Assert.Matches("<tbody>\\s*<tr><td", figure.Value);
                var id = Regex.Match(figure.Value, "data-chart=\"(c-[0-9a-f]+)\"").Groups[1].Value;
                Assert.StartsWith($"lt2Eval.chart(\"{id}\",{{", site.Read($"data/{id}.js"), StringComparison.Ordinal);
            }
        }
        Assert.True(charts > 20, $"Only {charts} charts were found.");
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        using var site = new WrittenSite(SampleInputs.Hostile());
        foreach (var path in site.Summary.Files.Where(path => path.EndsWith(".html", StringComparison.Ordinal)))
        {
            var html = site.Read(path);
            Assert.DoesNotContain("<img src=x", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202e', html);
        }
        foreach (var path in site.Summary.Files.Where(path => path.StartsWith("data/", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain('<', site.Read(path));
        }
    }

    [Fact]
    public void A_second_site_in_the_folder_replaces_the_first_and_nothing_else()
    {
        using var site = new WrittenSite(SampleInputs.Full());
        var stranger = Path.Combine(site.Folder, "data", "mine.txt");
        File.WriteAllText(stranger, "keep");
        var other = ReportSite.Write(ReportInput.Of(RunData.Empty(SampleRun.Create().Run)), new ReportOptions { OutputFolder = site.Folder });
        Assert.True(File.Exists(stranger));
        var left = Directory.EnumerateFiles(site.Folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(site.Folder, path));
        Assert.Equal([.. other.Files.Append(Path.Combine("data", "mine.txt")).Order(StringComparer.Ordinal)], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_run_without_any_cell_still_has_a_report()
    {
        var run = SampleRun.Create().Run with { Status = RunStatus.Running, FinishedUtc = null };
        using var site = new WrittenSite(ReportInput.Of(RunData.Empty(run)));
        Assert.Contains("NOT FINISHED", site.Read("index.html"), StringComparison.Ordinal);
    }

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("\\sid=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("<figure.*?</figure>", RegexOptions.Singleline)]
    private static partial Regex Figure();
}
