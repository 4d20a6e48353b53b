using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using LT2.Eval.Reports.Components;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Rendering;

/// <summary>Writes a site: pages, chart data, assets.</summary>
internal static class SiteWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes every page of the catalogue.</summary>
    public static async Task<ReportSummary> WriteAsync(ReportModel model, ReportOptions options)
    {
        var pages = PageCatalogue.Instances(model);
        var known = pages.Select(page => page.Path).ToHashSet(StringComparer.Ordinal);
        ImmutableArray<PageInstance> navigation = [.. pages.Where(page => page.IsInNavigation)];
        var files = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        Directory.CreateDirectory(options.OutputFolder);
        RemoveEarlierSite(options.OutputFolder);

        await Parallel.ForEachAsync(pages, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism }, async (page, cancellation) =>
        {
            var context = new PageContext(model, page, new SiteLinks(page.Path, known, isSingleFile: false), navigation);
            var html = await PageRenderer.RenderAsync(typeof(PageShell), new Dictionary<string, object?>
            {
                ["Context"] = context,
                ["Content"] = PageRenderer.Content(context),
            });
            await WriteAsync(options.OutputFolder, page.Path, html, files, cancellation);
            foreach (var (id, figure) in context.Charts)
            {
                await WriteAsync(options.OutputFolder, $"data/{id}.js", $"lt2Eval.chart(\"{id}\",{figure.Json});\n", files, cancellation);
            }
            foreach (var (path, script) in context.Scripts)
            {
                await WriteAsync(options.OutputFolder, path, script, files, cancellation);
            }
        });
        foreach (var (path, text) in Assets)
        {
            await WriteAsync(options.OutputFolder, path, text, files, CancellationToken.None);
        }
        ImmutableArray<string> written = [.. files.Keys.Order(StringComparer.Ordinal)];
        await WriteAsync(options.OutputFolder, ManifestFile, string.Join('\n', written) + "\n", files, CancellationToken.None);
        return new ReportSummary(
            Path.GetFullPath(Path.Combine(options.OutputFolder, "index.html")), [.. known.Order(StringComparer.Ordinal)],
            [.. files.Keys.Order(StringComparer.Ordinal)], files.Values.Sum());
    }

    private const string ManifestFile = "assets/files.txt";

    private static IEnumerable<(string Path, string Text)> Assets =>
    [
        ("assets/site.css", EmbeddedAssets.Style),
        ("assets/charts.js", EmbeddedAssets.ChartScript),
        ("assets/site.js", EmbeddedAssets.SiteScript),
        (EmbeddedAssets.PlotlyFile, EmbeddedAssets.Plotly),
        ("assets/plotly.LICENSE.txt", EmbeddedAssets.PlotlyLicence),
    ];

    // The earlier site names its own files, so that nothing else in the folder is ever deleted.
    private static void RemoveEarlierSite(string folder)
    {
        var manifest = Path.Combine(folder, ManifestFile);
        if (!File.Exists(manifest))
        {
            return;
        }
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        foreach (var line in File.ReadAllLines(manifest))
        {
            var path = Path.GetFullPath(Path.Combine(folder, line));
            if (line.Length > 0 && path.StartsWith(root, StringComparison.Ordinal) && File.Exists(path))
            {
                File.Delete(path);
            }
        }
    }

    private static async Task WriteAsync(
        string folder, string path, string text, ConcurrentDictionary<string, long> files, CancellationToken cancellation)
    {
        // Two pages may draw the same chart; the content is the same by construction of its id.
        if (!files.TryAdd(path, 0))
        {
            return;
        }
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var bytes = Utf8.GetBytes(text);
        await File.WriteAllBytesAsync(full, bytes, cancellation);
        files[path] = bytes.Length;
    }
}
