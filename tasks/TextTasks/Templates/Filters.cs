using System.Globalization;
using System.Text.RegularExpressions;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>Filters (<c>value|name</c>) and tests (<c>value is name</c>) of templates.</summary>
internal static class Filters
{
    private static readonly string[] Known =
    [
        "join", "int", "float", "string", "length", "count", "trim", "lower", "upper", "capitalize", "title", "first", "last", "replace", "list",
        "default", "d", "reverse", "sort", "unique", "abs", "round", "min", "max", "sum", "tojson", "regex_replace",
    ];

    /// <summary>Applies a filter.</summary>
    public static object? Apply(string name, object? value, IReadOnlyList<object?> arguments)
    {
        if (name is "default" or "d")
        {
            return value is Undefined || (arguments.Count > 1 && Values.IsTrue(arguments[1]) && !Values.IsTrue(value))
                ? arguments.Count > 0 ? arguments[0] : string.Empty
                : value;
        }

        value = Values.Defined(value);
        return name switch
        {
            "join" => string.Join(arguments.Count > 0 ? Values.Print(arguments[0]) : string.Empty, Values.Elements(value).Select(Values.Print)),
            "int" => ToWhole(value, arguments),
            "float" => value is string text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                ? real
                : value is string ? 0.0 : Convert.ToDouble(value, CultureInfo.InvariantCulture),
            "string" => Values.Print(value),
            "length" or "count" => (long)Values.Elements(value).Count,
            "trim" => PythonText.Strip(Values.Print(value)),
            "lower" or "upper" or "capitalize" or "title" => Methods.Call(Values.Print(value), name, []),
            "first" => Values.Item(value, 0L),
            "last" => Values.Item(value, -1L),
            "replace" => Methods.Replace(Values.Print(value), Values.Print(arguments[0]), Values.Print(arguments[1])),
            "list" => Values.Elements(value).ToList(),
            "reverse" => Values.Slice(value, null, null, -1L),
            "sort" => Values.Elements(value).Order(Comparer<object?>.Create((a, b) => Values.Compare("<", a, b) ? -1 : Values.AreEqual(a, b) ? 0 : 1)).ToList(),
            "unique" => Values.Elements(value).Aggregate(new List<object?>(), (kept, item) => kept.Any(other => Values.AreEqual(other, item)) ? kept : [.. kept, item]),
            "abs" => value is long number ? (object)Math.Abs(number) : Math.Abs(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            "round" => Math.Round(Convert.ToDouble(value, CultureInfo.InvariantCulture), arguments.Count > 0 ? (int)Values.Whole(arguments[0]) : 0, MidpointRounding.ToEven),
            "min" => Values.Elements(value).Aggregate((a, b) => Values.Compare("<=", a, b) ? a : b),
            "max" => Values.Elements(value).Aggregate((a, b) => Values.Compare(">=", a, b) ? a : b),
            "sum" => Values.Elements(value).Aggregate((object?)0L, (a, b) => Values.Calculate("+", a, b)),
            "tojson" => PythonJson.Dumps(value),
            "regex_replace" => RegexReplace(Values.Print(value), arguments),
            _ => throw new TemplateException($"There is no filter '{name}'. {NearestName.Hint(name, Known)}"),
        };
    }

    /// <summary>Asks a test.</summary>
    public static bool Test(string name, object? value) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => Values.Defined(value) is null,
        "string" => Values.Defined(value) is string,
        "number" => Values.Defined(value) is long or double or int,
        "mapping" => Values.Defined(value) is IReadOnlyDictionary<string, object?>,
        "iterable" or "sequence" => Values.Defined(value) is System.Collections.IEnumerable,
        "odd" => Values.Whole(value) % 2 != 0,
        "even" => Values.Whole(value) % 2 == 0,
        _ => throw new TemplateException($"There is no test '{name}'. {NearestName.Hint(name, ["defined", "undefined", "none", "string", "number", "mapping", "iterable", "sequence", "odd", "even"])}"),
    };

    private static long ToWhole(object? value, IReadOnlyList<object?> arguments) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        double number => (long)Math.Truncate(number),
        string text when long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => (long)Math.Truncate(real),
        _ => arguments.Count > 0 ? Values.Whole(arguments[0]) : 0,
    };

    // regex_replace(pattern, replacement, count): Python writes groups as \1.
    private static string RegexReplace(string text, IReadOnlyList<object?> arguments)
    {
        var replacement = Regex.Replace((arguments.ElementAtOrDefault(1) as string ?? string.Empty).Replace("$", "$$", StringComparison.Ordinal), @"\\(\d)", "$${$1}");
        var count = arguments.Count > 2 ? (int)Values.Whole(arguments[2]) : 0;
        var regex = new Regex(Values.Print(arguments[0]), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        return count > 0 ? regex.Replace(text, replacement, count) : regex.Replace(text, replacement);
    }
}
