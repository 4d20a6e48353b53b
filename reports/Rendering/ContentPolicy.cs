namespace LT2.Eval.Reports.Rendering;

/// <summary>Content security policies of the pages.</summary>
public static class ContentPolicy
{
    // plotly.js makes one empty style element and fills it through the object model, and writes style attributes on its own elements: the
    // hash of the empty text and style-src-attr allow just that. Script stays limited to the site's own files.
    private const string EmptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

    /// <summary>A page of a site: own script files only, no inline script, no network.</summary>
    public static string Site { get; } =
        $"default-src 'none'; script-src 'self'; style-src 'self' {EmptyStyle}; style-src-attr 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

    /// <summary>The one-file form: only script and style of the given hashes runs.</summary>
    /// <param name="scriptHashes">Base-64 SHA-256 of each script.</param>
    /// <param name="styleHash">Base-64 SHA-256 of the style sheet.</param>
    public static string SingleFile(IEnumerable<string> scriptHashes, string styleHash) =>
        $"default-src 'none'; script-src {string.Join(' ', scriptHashes.Select(hash => $"'sha256-{hash}'"))}; "
        + $"style-src 'sha256-{styleHash}' {EmptyStyle}; style-src-attr 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
}
