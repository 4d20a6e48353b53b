using LT2.Eval.Reports.Text;

namespace LT2.Eval.Reports.Rendering;

/// <summary>Addresses as one page sees them: relative files in a site, anchors in the one-file form.</summary>
public sealed class SiteLinks
{
    private readonly string currentPath;
    private readonly HashSet<string> known;
    private readonly bool isSingleFile;

    internal SiteLinks(string currentPath, HashSet<string> known, bool isSingleFile)
    {
        this.currentPath = currentPath;
        this.known = known;
        this.isSingleFile = isSingleFile;
    }

    /// <summary>Address of a page; null where this site has no such page, and the text stands without a link.</summary>
    /// <param name="path">The page.</param>
    /// <param name="anchor">Place on it; null for its top.</param>
    public string? To(string path, string? anchor = null)
    {
        if (!known.Contains(path))
        {
            return null;
        }
        if (isSingleFile)
        {
            return "#" + (anchor is null ? PageAnchor(path) : Prefixed(path, anchor));
        }
        return File(path) + (anchor is null ? "" : "#" + anchor);
    }

    /// <summary>Address of a file of the site.</summary>
    /// <param name="path">The file.</param>
    public string File(string path) => string.Concat(Enumerable.Repeat("../", currentPath.Count(letter => letter == '/'))) + path;

    /// <summary>Id of a place on this page.</summary>
    /// <param name="anchor">Name, unique on the page.</param>
    public string Id(string anchor) => isSingleFile ? Prefixed(currentPath, anchor) : anchor;

    /// <summary>Whether everything stands in one file.</summary>
    public bool IsSingleFile => isSingleFile;

    internal static string PageAnchor(string path) => "page-" + ContentHash.Slug(path).Replace('.', '-');

    private static string Prefixed(string path, string anchor) => PageAnchor(path) + "--" + anchor;
}
