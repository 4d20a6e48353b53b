using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using LT2.Eval.Reports.Tests.Samples;

namespace LT2.Eval.Reports.Tests.Site;

public sealed class SingleFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-one-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_policy_allows_exactly_the_scripts_inside()
    {
        var html = Html();
        var scripts = Regex.Matches(html, "<script>(.*?)</script>", RegexOptions.Singleline).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(3, scripts.Length);
        var policy = WebUtility.HtmlDecode(Regex.Match(html, "Content-Security-Policy\" content=\"([^\"]+)\"").Groups[1].Value);
        var expected = scripts.Select(script => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'");
        Assert.Contains($"script-src {string.Join(' ', expected)};", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_link_leads_to_a_place_in_the_file_and_every_id_is_there_once()
    {
        var html = Html();
        var ids = Regex.Matches(html, "\\sid=\"([^\"]+)\"").Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        var body = html[..html.IndexOf("<script", StringComparison.Ordinal)];
        Assert.All(Regex.Matches(body, "href=\"([^\"]+)\"").Select(match => match.Groups[1].Value), target =>
        {
            Assert.StartsWith("#", target, StringComparison.Ordinal);
            Assert.Contains(target[1..], ids);
        });
    }

    [Fact]
    public void Every_chart_has_its_data_in_the_file()
    {
        var html = Html();
        var charts = Regex.Matches(html, "data-chart=\"(c-[0-9a-f]+)\"").Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.NotEmpty(charts);
        Assert.All(charts, id => Assert.Contains($"id=\"data-{id}\">{{", html, StringComparison.Ordinal));
    }

    [Fact]
    public void Equal_input_gives_equal_bytes() => Assert.Equal(Html(), Html());

    private string Html()
    {
        var path = ReportSingleFile.Write(SampleInputs.Full(), Path.Combine(folder, "report.html"));
        return File.ReadAllText(path);
    }
}
