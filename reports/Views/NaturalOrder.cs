namespace LT2.Eval.Reports.Views;

/// <summary>Ordinal order in which runs of digits compare as numbers: <c>length=64</c> before <c>length=256</c>.</summary>
internal sealed class NaturalOrder : IComparer<string?>
{
    /// <summary>The order.</summary>
    public static readonly NaturalOrder Instance = new();

    /// <inheritdoc />
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return StringComparer.Ordinal.Compare(x, y);
        }
        var (i, j) = (0, 0);
        while (i < x.Length && j < y.Length)
        {
            var (left, right) = (Token(x, i), Token(y, j));
            var order = char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0])
                ? CompareDigits(left, right)
                : left.AsSpan().CompareTo(right, StringComparison.Ordinal);
            if (order != 0)
            {
                return order;
            }
            i += left.Length;
            j += right.Length;
        }
        var rest = (x.Length - i).CompareTo(y.Length - j);
        return rest != 0 ? rest : StringComparer.Ordinal.Compare(x, y);
    }

    private static string Token(string text, int start)
    {
        var end = start + 1;
        var digits = char.IsAsciiDigit(text[start]);
        while (end < text.Length && char.IsAsciiDigit(text[end]) == digits)
        {
            end++;
        }
        return text[start..end];
    }

    private static int CompareDigits(string left, string right)
    {
        var (a, b) = (left.TrimStart('0'), right.TrimStart('0'));
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : StringComparer.Ordinal.Compare(a, b);
    }
}
