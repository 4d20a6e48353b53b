using System.Collections.Immutable;

namespace LT2.Eval.Reports.Rendering;

/// <summary>One page to be written.</summary>
/// <param name="Path">File, relative to the site, with <c>/</c>.</param>
/// <param name="Title">Title.</param>
/// <param name="Component">Razor component that renders the content; takes <c>Context</c> and the parameters.</param>
/// <param name="Parameters">Further parameters.</param>
/// <param name="IsInNavigation">Stands in the bar at the top.</param>
/// <param name="IsInSingleFile">Is part of the one-file form.</param>
public sealed record PageInstance(
    string Path,
    string Title,
    Type Component,
    ImmutableDictionary<string, object?> Parameters,
    bool IsInNavigation,
    bool IsInSingleFile = true)
{
    /// <summary>A page of the navigation bar without further parameters.</summary>
    /// <typeparam name="TComponent">Its component.</typeparam>
    /// <param name="path">File.</param>
    /// <param name="title">Title.</param>
    public static PageInstance Main<TComponent>(string path, string title) =>
        new(path, title, typeof(TComponent), ImmutableDictionary<string, object?>.Empty, true);
}
