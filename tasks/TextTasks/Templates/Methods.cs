using System.Globalization;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>Methods of texts, lists and maps that templates may call.</summary>
internal static class Methods
{
    private static readonly string[] Known =
    [
        "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "replace", "lower", "upper", "capitalize", "title", "startswith", "endswith",
        "join", "find", "index", "count", "keys", "values", "items", "get", "isdigit", "removeprefix", "removesuffix",
    ];

    /// <summary>Calls a method.</summary>
    public static object? Call(object? target, string name, IReadOnlyList<object?> arguments) => (Values.Defined(target), name) switch
    {
        (string text, "strip") => Strip(text, arguments, start: true, end: true),
        (string text, "lstrip") => Strip(text, arguments, start: true, end: false),
        (string text, "rstrip") => Strip(text, arguments, start: false, end: true),
        (string text, "split") => Split(text, arguments, fromEnd: false),
        (string text, "rsplit") => Split(text, arguments, fromEnd: true),
        (string text, "splitlines") => List(text.ReplaceLineEndings("\n") is { Length: > 0 } lines ? lines.TrimEnd('\n').Split('\n') : []),
        (string text, "replace") => Replace(text, Text(arguments, 0), Text(arguments, 1)),
        (string text, "lower") => PythonCase.Lower(text),
        (string text, "upper") => text.ToUpperInvariant(),
        (string text, "capitalize") => PythonCase.Capitalize(text),
        (string text, "title") => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text.ToLowerInvariant()),
        (string text, "startswith") => text.StartsWith(Text(arguments, 0), StringComparison.Ordinal),
        (string text, "endswith") => text.EndsWith(Text(arguments, 0), StringComparison.Ordinal),
        (string text, "removeprefix") => text.StartsWith(Text(arguments, 0), StringComparison.Ordinal) ? text[Text(arguments, 0).Length..] : text,
        (string text, "removesuffix") => text.EndsWith(Text(arguments, 0), StringComparison.Ordinal) ? text[..^Text(arguments, 0).Length] : text,
        (string text, "isdigit") => text.Length > 0 && text.All(char.IsDigit),
        (string text, "join") => string.Join(text, Values.Elements(arguments[0]).Select(Values.Print)),
        (string text, "find") => FindText(text, Text(arguments, 0)),
        (string text, "index") => FindText(text, Text(arguments, 0)) is >= 0 and var at ? at : throw NotThere(text, arguments[0]),
        (string text, "count") => (long)((text.Length - text.Replace(Text(arguments, 0), string.Empty, StringComparison.Ordinal).Length) / Math.Max(1, Text(arguments, 0).Length)),
        (IReadOnlyDictionary<string, object?> map, "keys") => List(map.Keys),
        (IReadOnlyDictionary<string, object?> map, "values") => map.Values.ToList(),
        (IReadOnlyDictionary<string, object?> map, "items") => map.Select(pair => (object?)new List<object?> { pair.Key, pair.Value }).ToList(),
        (IReadOnlyDictionary<string, object?> map, "get") => map.TryGetValue(Text(arguments, 0), out var entry) ? entry : arguments.ElementAtOrDefault(1),
        (System.Collections.IEnumerable list, "index") => IndexOf(list, arguments[0]),
        (System.Collections.IEnumerable list, "count") => (long)list.Cast<object?>().Count(item => Values.AreEqual(item, arguments[0])),
        (var value, _) => throw new TemplateException($"{PythonFormat.Repr(value)} has no method '{name}'. {NearestName.Hint(name, Known)}"),
    };

    /// <summary><c>str.replace</c>; an empty search text matches between all letters, as in Python.</summary>
    public static string Replace(string text, string search, string replacement) => search.Length > 0
        ? text.Replace(search, replacement, StringComparison.Ordinal)
        : replacement + string.Concat(text.EnumerateRunes().Select(rune => rune + replacement));

    private static string Strip(string text, IReadOnlyList<object?> arguments, bool start, bool end)
    {
        if (arguments.Count == 0 || arguments[0] is null)
        {
            text = start ? PythonText.StripStart(text) : text;
            return end ? PythonText.StripEnd(text) : text;
        }

        var letters = Text(arguments, 0).ToCharArray();
        text = start ? text.TrimStart(letters) : text;
        return end ? text.TrimEnd(letters) : text;
    }

    private static List<object?> Split(string text, IReadOnlyList<object?> arguments, bool fromEnd)
    {
        var limit = arguments.Count > 1 ? (int)Values.Whole(arguments[1]) : -1;
        if (arguments.Count == 0 || arguments[0] is null)
        {
            var words = List(PythonText.SplitOnBlanks(PythonText.Strip(text)));
            return words is [""] ? [] : limit < 0 || words.Count <= limit + 1 ? words : throw new TemplateException("split() with a limit needs a separator.");
        }

        var separator = Text(arguments, 0);
        if (separator.Length == 0)
        {
            throw new TemplateException("split('') has an empty separator.");
        }

        if (limit < 0)
        {
            return List(text.Split(separator));
        }

        if (!fromEnd)
        {
            return List(text.Split(separator, limit + 1));
        }

        var pieces = text.Split(separator);
        var kept = Math.Max(0, pieces.Length - limit);
        return kept == 0 ? List(pieces) : List(pieces.Skip(kept).Prepend(string.Join(separator, pieces.Take(kept))));
    }

    // Positions count code points.
    private static long FindText(string text, string search) =>
        text.IndexOf(search, StringComparison.Ordinal) is >= 0 and var at ? PythonText.CodePointCount(text[..at]) : -1;

    private static long IndexOf(System.Collections.IEnumerable list, object? item)
    {
        long index = 0;
        foreach (var element in list)
        {
            if (Values.AreEqual(element, Values.Defined(item)))
            {
                return index;
            }

            index++;
        }

        throw NotThere(list, item);
    }

    private static TemplateException NotThere(object container, object? item) =>
        new($"{PythonFormat.Repr(item)} is not in {PythonFormat.Repr(container)}.");

    private static string Text(IReadOnlyList<object?> arguments, int index) => index < arguments.Count && Values.Defined(arguments[index]) is string text
        ? text
        : throw new TemplateException($"Argument {index + 1} must be a text.");

    private static List<object?> List(IEnumerable<string> texts) => [.. texts];
}
