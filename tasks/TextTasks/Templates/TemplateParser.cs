using System.Text.RegularExpressions;

namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>Reads the text, expressions and statements of a template.</summary>
internal sealed partial class TemplateParser
{
    private readonly List<Part> parts = [];
    private int position;

    public TemplateParser(string source)
    {
        var start = 0;
        var trimNext = false;
        foreach (Match match in Tag().Matches(source))
        {
            AddText(source[start..match.Index], trimNext, match.Value[2] == '-');
            var inside = match.Value[2..^2];
            trimNext = inside.EndsWith('-');
            parts.Add(new Part(match.Value[1], inside.Trim('-').Trim()));
            start = match.Index + match.Length;
        }

        AddText(source[start..], trimNext, trimEnd: false);
    }

    /// <summary>All nodes.</summary>
    public IReadOnlyList<Node> Parse()
    {
        var nodes = ParseBlock();
        return position == parts.Count ? nodes : throw new TemplateException($"'{{% {parts[position].Content} %}}' has no beginning.");
    }

    private static string Keyword(string statement) => statement.Split(' ', 2)[0];

    private void AddText(string text, bool trimStart, bool trimEnd)
    {
        foreach (var opening in new[] { "{{", "{%", "{#" }.Where(opening => text.Contains(opening, StringComparison.Ordinal)))
        {
            throw new TemplateException($"A '{opening}' is not closed.");
        }

        text = trimStart ? text.TrimStart() : text;
        text = trimEnd ? text.TrimEnd() : text;
        if (text.Length > 0)
        {
            parts.Add(new Part('\0', text));
        }
    }

    private List<Node> ParseBlock()
    {
        var nodes = new List<Node>();
        for (; position < parts.Count; position++)
        {
            var content = parts[position].Content;
            switch (parts[position].Kind)
            {
                case '\0':
                    nodes.Add((_, output) => output.Append(content));
                    break;
                case '{':
                    var expression = ExpressionParser.Parse(content);
                    nodes.Add((scope, output) => output.Append(Values.Print(expression(scope))));
                    break;
                case '%' when Keyword(content) is "else" or "elif" or "endif" or "endfor":
                    return nodes;
                case '%':
                    nodes.Add(ParseStatement(content));
                    break;
            }
        }

        return nodes;
    }

    private Node ParseStatement(string statement) => Keyword(statement) switch
    {
        "set" => ParseSet(statement),
        "if" => ParseIf(statement[2..]),
        "for" => ParseFor(statement),
        var keyword => throw new TemplateException($"'{{% {keyword} %}}' is not known: set, if, for are."),
    };

    private static Node ParseSet(string statement)
    {
        var sides = statement[3..].Split('=', 2);
        if (sides.Length != 2)
        {
            throw new TemplateException($"'{{% {statement} %}}' needs a name, '=' and a value.");
        }

        var (name, value) = (sides[0].Trim(), ExpressionParser.Parse(sides[1]));
        return (scope, _) => scope.Set(name, value(scope));
    }

    private Node ParseIf(string conditionText)
    {
        var condition = ExpressionParser.Parse(conditionText);
        position++;
        var then = ParseBlock();
        var end = NextStatement("if");
        List<Node> otherwise = [];
        if (Keyword(end) == "elif")
        {
            otherwise = [ParseIf(end[4..])];
        }
        else if (end == "else")
        {
            position++;
            otherwise = ParseBlock();
            end = NextStatement("if");
        }

        if (Keyword(parts[position].Content) is not "endif")
        {
            throw new TemplateException($"'{{% {end} %}}' does not close an if.");
        }

        return (scope, output) => (Values.IsTrue(condition(scope)) ? then : otherwise).ForEach(node => node(scope, output));
    }

    private Node ParseFor(string statement)
    {
        var match = ForHead().Match(statement);
        if (!match.Success)
        {
            throw new TemplateException($"'{{% {statement} %}}' needs the form: for NAME in LIST.");
        }

        var names = match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries);
        var list = ExpressionParser.Parse(match.Groups[2].Value);
        position++;
        var body = ParseBlock();
        if (NextStatement("for") != "endfor")
        {
            throw new TemplateException($"'{{% {statement} %}}' is not closed by endfor.");
        }

        return (scope, output) =>
        {
            var items = Values.Elements(list(scope));
            for (var i = 0; i < items.Count; i++)
            {
                var inner = new Scope(scope, new Dictionary<string, object?>
                {
                    ["loop"] = new Dictionary<string, object?>
                    {
                        ["index"] = i + 1L, ["index0"] = (long)i, ["first"] = i == 0, ["last"] = i == items.Count - 1, ["length"] = (long)items.Count,
                    },
                });
                if (names.Length == 1)
                {
                    inner.Set(names[0], items[i]);
                }
                else
                {
                    var values = Values.Elements(items[i]);
                    for (var j = 0; j < names.Length; j++)
                    {
                        inner.Set(names[j], values[j]);
                    }
                }

                body.ForEach(node => node(inner, output));
            }
        };
    }

    private string NextStatement(string opened) => position < parts.Count
        ? parts[position].Content
        : throw new TemplateException($"'{{% {opened} %}}' is not closed.");

    [GeneratedRegex(@"\{\{.*?\}\}(?!\})|\{%.*?%\}|\{#.*?#\}", RegexOptions.Singleline)]
    private static partial Regex Tag();

    [GeneratedRegex(@"^for\s+(.+?)\s+in\s+(.+)$", RegexOptions.Singleline)]
    private static partial Regex ForHead();

    private sealed record Part(char Kind, string Content);
}
