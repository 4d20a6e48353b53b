using System.Globalization;
using System.Numerics;
using System.Text;

namespace LT2.Eval.Tasks.TextTasks.Python;

/// <summary>
/// Writes values as Python does. Values are null, bool, long, <see cref="BigInteger"/>, double, string, lists and maps
/// (<see cref="IReadOnlyList{T}"/> and <see cref="IReadOnlyDictionary{TKey,TValue}"/> of objects).
/// </summary>
public static class PythonFormat
{
    /// <summary><c>str(value)</c>.</summary>
    public static string Str(object? value) => value as string ?? Repr(value);

    /// <summary><c>repr(value)</c>.</summary>
    public static string Repr(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        double number => Repr(number),
        string text => Repr(text),
        IReadOnlyDictionary<string, object?> map => $"{{{string.Join(", ", map.Select(pair => $"{Repr(pair.Key)}: {Repr(pair.Value)}"))}}}",
        System.Collections.IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Repr))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"A {value.GetType().Name} has no form in Python."),
    };

    /// <summary><c>repr(float)</c>: the shortest digits that read back, an exponent below 1e-4 and from 1e16.</summary>
    public static string Repr(double number)
    {
        if (double.IsNaN(number))
        {
            return "nan";
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? "inf" : "-inf";
        }

        if (number == 0)
        {
            return double.IsNegative(number) ? "-0.0" : "0.0";
        }

        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var (digits, exponent) = Decompose(shortest);
        var sign = number < 0 ? "-" : string.Empty;
        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : string.Empty;
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? $"{sign}{digits}{new string('0', exponent + 1 - digits.Length)}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary><c>repr(str)</c>: single quotes unless only they occur inside.</summary>
    public static string Repr(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var result = new StringBuilder().Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(rune.Value switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when rune.Value == quote => "\\" + quote,
                < 0x20 or 0x7f => $"\\x{rune.Value:x2}",
                _ when IsPrintable(rune) => rune.ToString(),
                <= 0xff => $"\\x{rune.Value:x2}",
                <= 0xffff => $"\\u{rune.Value:x4}",
                _ => $"\\U{rune.Value:x8}",
            });
        }

        return result.Append(quote).ToString();
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    // Digits without leading or trailing zeros, and the power of ten of the first.
    private static (string Digits, int Exponent) Decompose(string shortest)
    {
        var text = shortest.TrimStart('-');
        var power = 0;
        if (text.IndexOf('E', StringComparison.Ordinal) is >= 0 and var at)
        {
            power = int.Parse(text[(at + 1)..], CultureInfo.InvariantCulture);
            text = text[..at];
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text.Length : point;
        var digits = text.Replace(".", string.Empty, StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), power + whole - 1 - leading);
    }
}
