using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using LT2.Eval.Reports.Components;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Rendering;

/// <summary>Writes the pages of the navigation bar into one HTML file, with scripts, style and chart data inside.</summary>
internal static class SingleFileWriter
{
    /// <summary>The whole file.</summary>
    public static async Task<string> RenderAsync(ReportModel model)
    {
        ImmutableArray<PageInstance> pages = [.. PageCatalogue.Instances(model).Where(page => page.IsInSingleFile)];
        var known = pages.Select(page => page.Path).ToHashSet(StringComparer.Ordinal);
        ImmutableArray<PageInstance> navigation = [.. pages.Where(page => page.IsInNavigation)];
        PageContext[] contexts = [.. pages.Select(page => new PageContext(model, page, new SiteLinks(page.Path, known, isSingleFile: true), navigation))];
        var body = await PageRenderer.RenderAsync(typeof(SingleFileBody), new Dictionary<string, object?> { ["Contexts"] = contexts });

        // The browser hashes the text between the tags, after turning line ends into \n.
        string[] scripts = [.. new[] { EmbeddedAssets.Plotly, EmbeddedAssets.ChartScript, EmbeddedAssets.SiteScript }.Select(text => Inlined(text, "</script", "<!--"))];
        var style = Inlined(EmbeddedAssets.Style, "</style");
        var policy = ContentPolicy.SingleFile(scripts.Select(Hash), Hash(style));
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append($"<meta http-equiv=\"Content-Security-Policy\" content=\"{WebUtility.HtmlEncode(policy)}\">\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Append($"<title>{WebUtility.HtmlEncode($"{model.Run.PlanName}, run {model.Run.RunId}")} · LT2.Eval</title>\n<style>{style}</style>\n</head>\n<body>\n");
        html.Append(body);
        foreach (var (id, figure) in contexts.SelectMany(context => context.Charts).DistinctBy(pair => pair.Key).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            html.Append($"\n<script type=\"application/json\" id=\"data-{id}\">{figure.Json}</script>");
        }
        foreach (var script in scripts)
        {
            html.Append("\n<script>").Append(script).Append("</script>");
        }
        return html.Append("\n</body>\n</html>\n").ToString();
    }

    private static string Inlined(string text, params ReadOnlySpan<string> forbidden)
    {
        var normal = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        foreach (var part in forbidden)
        {
            if (normal.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException($"An asset holds {part} and cannot stand inside a page.");
            }
        }
        return normal;
    }

    private static string Hash(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
