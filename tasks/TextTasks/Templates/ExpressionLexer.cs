using System.Text;

namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>Cuts the inside of <c>{{ }}</c> or <c>{% %}</c> into tokens.</summary>
internal static class ExpressionLexer
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "|", "(", ")", "[", "]", "{", "}", ",", ":", ".", "<", ">", "="];

    /// <summary>The tokens, the last of kind <see cref="TokenKind.End"/>.</summary>
    public static List<Token> Tokenize(string source)
    {
        var tokens = new List<Token>();
        var i = 0;
        while (i < source.Length)
        {
            var letter = source[i];
            if (char.IsWhiteSpace(letter))
            {
                i++;
            }
            else if (char.IsLetter(letter) || letter == '_')
            {
                var start = i;
                while (i < source.Length && (char.IsLetterOrDigit(source[i]) || source[i] == '_'))
                {
                    i++;
                }

                tokens.Add(new Token(TokenKind.Name, source[start..i], start));
            }
            else if (char.IsAsciiDigit(letter))
            {
                i = ReadNumber(source, i, tokens);
            }
            else if (letter is '\'' or '"')
            {
                i = ReadText(source, i, tokens);
            }
            else
            {
                var found = Operators.FirstOrDefault(candidate => string.CompareOrdinal(source, i, candidate, 0, candidate.Length) == 0)
                    ?? throw new TemplateException($"'{letter}' at {i} of '{source}' is not understood.");
                tokens.Add(new Token(TokenKind.Operator, found, i));
                i += found.Length;
            }
        }

        tokens.Add(new Token(TokenKind.End, "the end", source.Length));
        return tokens;
    }

    private static int ReadNumber(string source, int start, List<Token> tokens)
    {
        var i = start;
        while (i < source.Length && char.IsAsciiDigit(source[i]))
        {
            i++;
        }

        var real = i + 1 < source.Length && source[i] == '.' && char.IsAsciiDigit(source[i + 1]);
        if (real)
        {
            i++;
            while (i < source.Length && char.IsAsciiDigit(source[i]))
            {
                i++;
            }
        }

        tokens.Add(new Token(real ? TokenKind.Real : TokenKind.Integer, source[start..i], start));
        return i;
    }

    private static int ReadText(string source, int start, List<Token> tokens)
    {
        var quote = source[start];
        var text = new StringBuilder();
        var i = start + 1;
        for (; i < source.Length && source[i] != quote; i++)
        {
            if (source[i] != '\\' || i + 1 >= source.Length)
            {
                text.Append(source[i]);
                continue;
            }

            i++;
            text.Append(source[i] switch
            {
                'n' => "\n",
                't' => "\t",
                'r' => "\r",
                '\\' or '\'' or '"' => source[i].ToString(),
                _ => "\\" + source[i],
            });
        }

        if (i >= source.Length)
        {
            throw new TemplateException($"The text that starts at {start} of '{source}' is not closed.");
        }

        tokens.Add(new Token(TokenKind.Text, text.ToString(), start));
        return i + 1;
    }
}
