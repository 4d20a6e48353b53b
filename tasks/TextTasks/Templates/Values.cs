using System.Globalization;
using System.Numerics;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>What templates do with values, by Python's rules.</summary>
internal static class Values
{
    /// <summary>As <c>{{ }}</c> prints it.</summary>
    public static string Print(object? value) => PythonFormat.Str(Defined(value));

    /// <summary>The value, unless it is undefined.</summary>
    public static object? Defined(object? value) => value switch
    {
        Undefined missing => throw new TemplateException(missing.Description),
        IReadOnlyList<object?> list when list.OfType<Undefined>().FirstOrDefault() is { } missing => throw new TemplateException(missing.Description),
        _ => value,
    };

    /// <summary>Python's truth.</summary>
    public static bool IsTrue(object? value) => Defined(value) switch
    {
        null => false,
        bool flag => flag,
        string text => text.Length > 0,
        double number => number != 0,
        long number => number != 0,
        int number => number != 0,
        IReadOnlyDictionary<string, object?> map => map.Count > 0,
        System.Collections.IEnumerable list => list.Cast<object?>().Any(),
        _ => true,
    };

    /// <summary>Elements of a list, letters of a text, keys of a map.</summary>
    public static IReadOnlyList<object?> Elements(object? value) => Defined(value) switch
    {
        string text => [.. text.EnumerateRunes().Select(rune => (object?)rune.ToString())],
        IReadOnlyDictionary<string, object?> map => [.. map.Keys],
        System.Collections.IEnumerable list => [.. list.Cast<object?>()],
        var other => throw new TemplateException($"{PythonFormat.Repr(other)} is no list."),
    };

    /// <summary>A whole number.</summary>
    public static long Whole(object? value) => Defined(value) switch
    {
        long number => number,
        int number => number,
        bool flag => flag ? 1 : 0,
        var other => throw new TemplateException($"{PythonFormat.Repr(other)} is no whole number."),
    };

    /// <summary><c>value.name</c>: an entry of a map.</summary>
    public static object? Attribute(object? value, string name) => Defined(value) is IReadOnlyDictionary<string, object?> map && map.TryGetValue(name, out var entry)
        ? entry
        : new Undefined($"There is no '{name}' in {Shorten(value)}.");

    /// <summary><c>value[index]</c>.</summary>
    public static object? Item(object? value, object? index)
    {
        if (Defined(index) is string name)
        {
            return Attribute(value, name);
        }

        var elements = Elements(value);
        var at = Whole(index);
        at = at < 0 ? at + elements.Count : at;
        return at >= 0 && at < elements.Count ? elements[(int)at] : new Undefined($"{Shorten(value)} has no element {PythonFormat.Repr(index)}.");
    }

    /// <summary><c>value[start:end:step]</c>.</summary>
    public static object Slice(object? value, object? start, object? end, object? step)
    {
        var elements = Elements(value);
        var stride = step is null ? 1 : (int)Whole(step);
        if (stride == 0)
        {
            throw new TemplateException("A slice's step cannot be 0.");
        }

        int Bound(object? bound, int without, int lowest, int highest)
        {
            if (bound is null)
            {
                return without;
            }

            var at = Whole(bound);
            return (int)Math.Clamp(at < 0 ? at + elements.Count : at, lowest, highest);
        }

        var picked = new List<object?>();
        if (stride > 0)
        {
            var last = Bound(end, elements.Count, 0, elements.Count);
            for (var i = Bound(start, 0, 0, elements.Count); i < last; i += stride)
            {
                picked.Add(elements[i]);
            }
        }
        else
        {
            var last = Bound(end, -1, -1, elements.Count - 1);
            for (var i = Bound(start, elements.Count - 1, -1, elements.Count - 1); i > last; i += stride)
            {
                picked.Add(elements[i]);
            }
        }

        return value is string ? string.Concat(picked) : picked;
    }

    /// <summary><c>range(…)</c>.</summary>
    public static List<object?> Range(IReadOnlyList<object?> arguments)
    {
        var (start, end) = arguments.Count == 1 ? (0L, Whole(arguments[0])) : (Whole(arguments[0]), Whole(arguments[1]));
        var step = arguments.Count == 3 ? Whole(arguments[2]) : 1;
        var items = new List<object?>();
        for (var i = start; step > 0 ? i < end : i > end; i += step)
        {
            items.Add(i);
        }

        return items;
    }

    /// <summary><c>item in container</c>.</summary>
    public static bool Contains(object? container, object? item) => Defined(container) is string text
        ? text.Contains(Print(item), StringComparison.Ordinal)
        : Elements(container).Any(element => AreEqual(element, Defined(item)));

    /// <summary>Comparisons.</summary>
    public static bool Compare(string sign, object? left, object? right)
    {
        (left, right) = (Defined(left), Defined(right));
        if (sign is "==" or "!=")
        {
            return AreEqual(left, right) == (sign == "==");
        }

        var order = left is string a && right is string b ? string.CompareOrdinal(a, b) : Real(left).CompareTo(Real(right));
        return sign switch { "<" => order < 0, ">" => order > 0, "<=" => order <= 0, _ => order >= 0 };
    }

    /// <summary>Python's <c>==</c>: numbers by value, lists and maps by their elements.</summary>
    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string a, string b) => a == b,
        (string, _) or (_, string) => false,
        (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b) =>
            a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && AreEqual(pair.Value, other)),
        (System.Collections.IEnumerable a, System.Collections.IEnumerable b) =>
            a.Cast<object?>().ToList() is var x && b.Cast<object?>().ToList() is var y && x.Count == y.Count && x.Zip(y, AreEqual).All(equal => equal),
        (System.Collections.IEnumerable, _) or (_, System.Collections.IEnumerable) => false,
        _ => Real(left) == Real(right),
    };

    /// <summary>Arithmetic and joining.</summary>
    public static object Calculate(string sign, object? left, object? right)
    {
        (left, right) = (Defined(left), Defined(right));
        switch (sign)
        {
            case "~":
                return Print(left) + Print(right);
            case "+" when left is string a && right is string b:
                return a + b;
            case "+" when left is not string && right is not string && left is System.Collections.IEnumerable && right is System.Collections.IEnumerable:
                return Elements(left).Concat(Elements(right)).ToList();
            case "*" when left is string text:
                return string.Concat(Enumerable.Repeat(text, (int)Math.Max(0, Whole(right))));
            case "+" or "-" or "*" or "%" or "//" when left is long or int or bool && right is long or int or bool:
                return CalculateWhole(sign, Whole(left), Whole(right));
            default:
                var (x, y) = (Real(left), Real(right));
                return sign switch
                {
                    "+" => x + y,
                    "-" => x - y,
                    "*" => x * y,
                    "/" => x / y,
                    "//" => Math.Floor(x / y),
                    "%" => x - (y * Math.Floor(x / y)),
                    _ when left is long && right is long and >= 0 => (object)(long)BigInteger.Pow(Whole(left), (int)Whole(right)),
                    _ => Math.Pow(x, y),
                };
        }
    }

    private static long CalculateWhole(string sign, long x, long y) => sign switch
    {
        "+" => checked(x + y),
        "-" => checked(x - y),
        "*" => checked(x * y),
        _ when y == 0 => throw new TemplateException("Division by zero."),
        "//" => (long)Math.Floor((decimal)x / y),
        _ => x - (y * (long)Math.Floor((decimal)x / y)),
    };

    private static double Real(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        double or long or int => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        BigInteger number => (double)number,
        _ => throw new TemplateException($"{PythonFormat.Repr(value)} is no number."),
    };

    private static string Shorten(object? value)
    {
        var text = PythonFormat.Repr(value);
        return text.Length > 80 ? text[..80] + "…" : text;
    }
}
