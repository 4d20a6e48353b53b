using System.Globalization;
using System.Numerics;
using System.Text;

namespace LT2.Eval.Tasks.TextTasks.Python;

/// <summary>Reads the text of a Python literal (<c>ast.literal_eval</c>): numbers, strings, lists, tuples, maps, True, False, None.</summary>
public sealed class PythonLiteral
{
    private readonly string text;
    private int position;

    private PythonLiteral(string text) => this.text = text;

    /// <summary>Reads one literal.</summary>
    /// <exception cref="FormatException">It is none; names the place.</exception>
    public static object? Parse(string text)
    {
        var reader = new PythonLiteral(text.Trim(' ', '\t'));
        var value = reader.ReadValue();
        reader.SkipBlanks();
        return reader.position == reader.text.Length ? value : throw reader.Unexpected();
    }

    /// <summary>As <see cref="Parse"/>; false where the text is no literal.</summary>
    public static bool TryParse(string text, out object? value)
    {
        try
        {
            value = Parse(text);
            return true;
        }
        catch (FormatException)
        {
            value = null;
            return false;
        }
    }

    private object? ReadValue()
    {
        SkipBlanks();
        switch (Peek())
        {
            case '[':
                return ReadItems('[', ']');
            case '(':
                var items = ReadItems('(', ')');
                return items.Count == 1 && text[..position].TrimEnd(')', ' ')[^1] != ',' ? items[0] : items;
            case '{':
                return ReadMap();
            case '\'' or '"':
                return ReadStrings();
            case 'u' when position + 1 < text.Length && text[position + 1] is '\'' or '"':
                position++;
                return ReadStrings();
            default:
                return ReadWord();
        }
    }

    private List<object?> ReadItems(char open, char close)
    {
        Expect(open);
        var items = new List<object?>();
        while (true)
        {
            SkipBlanks();
            if (Peek() == close)
            {
                position++;
                return items;
            }

            items.Add(ReadValue());
            SkipBlanks();
            if (Peek() == ',')
            {
                position++;
            }
            else if (Peek() != close)
            {
                throw Unexpected();
            }
        }
    }

    private OrderedDictionary<string, object?> ReadMap()
    {
        Expect('{');
        var map = new OrderedDictionary<string, object?>();
        while (true)
        {
            SkipBlanks();
            if (Peek() == '}')
            {
                position++;
                return map;
            }

            var key = PythonFormat.Str(ReadValue());
            SkipBlanks();
            Expect(':');
            map[key] = ReadValue();
            SkipBlanks();
            if (Peek() == ',')
            {
                position++;
            }
            else if (Peek() != '}')
            {
                throw Unexpected();
            }
        }
    }

    // Adjacent strings join.
    private string ReadStrings()
    {
        var result = new StringBuilder();
        while (Peek() is '\'' or '"')
        {
            ReadString(result);
            SkipBlanks();
        }

        return result.ToString();
    }

    private void ReadString(StringBuilder result)
    {
        var quote = text[position++];
        while (Peek() != quote)
        {
            if (position >= text.Length)
            {
                throw new FormatException("The string is not closed.");
            }

            var letter = text[position++];
            if (letter != '\\')
            {
                result.Append(letter);
                continue;
            }

            var escape = Peek();
            position++;
            result.Append(escape switch
            {
                'n' => "\n",
                't' => "\t",
                'r' => "\r",
                'b' => "\b",
                'f' => "\f",
                'a' => "\a",
                'v' => "\v",
                '0' => "\0",
                '\n' => string.Empty,
                '\\' or '\'' or '"' => escape.ToString(),
                'x' => ReadCodePoint(2),
                'u' => ReadCodePoint(4),
                'U' => ReadCodePoint(8),
                _ => "\\" + escape,
            });
        }

        position++;
    }

    private string ReadCodePoint(int digits)
    {
        if (position + digits > text.Length || !int.TryParse(text.AsSpan(position, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value))
        {
            throw Unexpected();
        }

        position += digits;
        return value is >= 0xd800 and <= 0xdfff ? ((char)value).ToString() : char.ConvertFromUtf32(value);
    }

    private object? ReadWord()
    {
        var start = position;
        while (position < text.Length && (char.IsLetterOrDigit(text[position]) || text[position] is '.' or '_' or '+' or '-'))
        {
            position++;
        }

        var word = text[start..position];
        return word switch
        {
            "True" => true,
            "False" => false,
            "None" => null,
            _ when word.Length > 0 && long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            _ when word.Length > 0 && BigInteger.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) => large,
            _ when word.Length > 0 && (char.IsAsciiDigit(word[0]) || word[0] is '-' or '+' or '.')
                && double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => real,
            _ => throw new FormatException($"'{word}' at {start} is no Python literal."),
        };
    }

    private char Peek() => position < text.Length ? text[position] : '\0';

    private void Expect(char letter)
    {
        if (Peek() != letter)
        {
            throw Unexpected();
        }

        position++;
    }

    private void SkipBlanks()
    {
        while (position < text.Length && PythonText.IsBlank(text[position]))
        {
            position++;
        }
    }

    private FormatException Unexpected() =>
        new(position < text.Length ? $"Unexpected '{text[position]}' at {position}." : "The literal ends too early.");
}
