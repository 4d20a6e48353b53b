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

    /// <summary>A page for one thing, outside the navigation bar and the one-file form.</summary>
    /// <typeparam name="TComponent">Its component.</typeparam>
    /// <param name="path">File.</param>
    /// <param name="title">Title.</param>
    /// <param name="parameters">Parameters of the component.</param>
    public static PageInstance Of<TComponent>(string path, string title, params (string Name, object? Value)[] parameters) =>
        new(path, title, typeof(TComponent), parameters.ToImmutableDictionary(pair => pair.Name, pair => pair.Value), false, false);
}
