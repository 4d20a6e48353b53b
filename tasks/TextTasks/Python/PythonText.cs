using System.Text;

namespace LT2.Eval.Tasks.TextTasks.Python;

/// <summary>Text operations that must agree with Python's, because task definitions and reference scores are written in it.</summary>
public static class PythonText
{
    /// <summary>What <c>str.isspace</c> and <c>\s</c> count as blank: .NET's white space and the four separators U+001C–U+001F.</summary>
    public static bool IsBlank(char value) => char.IsWhiteSpace(value) || value is >= '\u001c' and <= '\u001f';

    /// <summary><c>str.strip()</c>.</summary>
    public static string Strip(string text) => StripEnd(StripStart(text));

    /// <summary><c>str.lstrip()</c>.</summary>
    public static string StripStart(string text)
    {
        var start = 0;
        while (start < text.Length && IsBlank(text[start]))
        {
            start++;
        }

        return text[start..];
    }

    /// <summary><c>str.rstrip()</c>.</summary>
    public static string StripEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && IsBlank(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    /// <summary><c>re.split(r"\s+", text)</c>: an empty piece stands at an end that is blank.</summary>
    public static IReadOnlyList<string> SplitOnBlanks(string text)
    {
        var pieces = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsBlank(text[i]))
            {
                continue;
            }

            pieces.Add(text[start..i]);
            while (i + 1 < text.Length && IsBlank(text[i + 1]))
            {
                i++;
            }

            start = i + 1;
        }

        pieces.Add(text[start..]);
        return pieces;
    }

    /// <summary><c>len(text)</c>: Unicode code points; a lone surrogate counts as one.</summary>
    public static int CodePointCount(string text)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++, count++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
        }

        return count;
    }

    /// <summary><c>len(text.encode("utf-8"))</c>.</summary>
    public static int ByteCount(string text) => Encoding.UTF8.GetByteCount(text);
}
