using System.Globalization;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>
/// Parses Jinja's expression language as far as task definitions use it: literals, names, attributes, subscripts and slices, calls
/// of methods, filters, tests, arithmetic, comparisons, logic and the conditional expression.
/// </summary>
internal sealed class ExpressionParser(IReadOnlyList<Token> tokens)
{
    private int position;

    private Token Current => tokens[position];

    /// <summary>Parses a whole expression.</summary>
    public static Expression Parse(string source)
    {
        var parser = new ExpressionParser(ExpressionLexer.Tokenize(source));
        var expression = parser.ParseConditional();
        return parser.Current.Kind == TokenKind.End ? expression : throw parser.Unexpected();
    }

    private Expression ParseConditional()
    {
        var value = ParseOr();
        while (TakeName("if"))
        {
            var (then, condition) = (value, ParseOr());
            Expression? otherwise = TakeName("else") ? ParseConditional() : null;
            value = scope => Values.IsTrue(condition(scope)) ? then(scope) : otherwise is null ? string.Empty : otherwise(scope);
        }

        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (TakeName("or"))
        {
            var (first, second) = (left, ParseAnd());
            left = scope => first(scope) is var value && Values.IsTrue(value) ? value : second(scope);
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (TakeName("and"))
        {
            var (first, second) = (left, ParseNot());
            left = scope => first(scope) is var value && !Values.IsTrue(value) ? value : second(scope);
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!TakeName("not"))
        {
            return ParseComparison();
        }

        var operand = ParseNot();
        return scope => !Values.IsTrue(operand(scope));
    }

    private Expression ParseComparison()
    {
        var left = ParseSum();
        while (true)
        {
            var first = left;
            if (Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or ">" or "<=" or ">=" })
            {
                var sign = Take().Text;
                var second = ParseSum();
                left = scope => Values.Compare(sign, first(scope), second(scope));
            }
            else if (TakeName("in"))
            {
                var second = ParseSum();
                left = scope => Values.Contains(second(scope), first(scope));
            }
            else if (Current is { Kind: TokenKind.Name, Text: "not" } && tokens[position + 1] is { Kind: TokenKind.Name, Text: "in" })
            {
                position += 2;
                var second = ParseSum();
                left = scope => !Values.Contains(second(scope), first(scope));
            }
            else if (TakeName("is"))
            {
                var negated = TakeName("not");
                var test = TakeKind(TokenKind.Name).Text;
                left = scope => Filters.Test(test, first(scope)) != negated;
            }
            else
            {
                return left;
            }
        }
    }

    private Expression ParseSum() => ParseBinary(ParseJoin, "+", "-");

    // Jinja's own operator stands between Python's: looser than a product, tighter than a sum.
    private Expression ParseJoin() => ParseBinary(ParseProduct, "~");

    private Expression ParseProduct() => ParseBinary(ParseUnary, "*", "/", "//", "%");

    private Expression ParseBinary(Func<Expression> next, params string[] signs)
    {
        var left = next();
        while (Current.Kind == TokenKind.Operator && signs.Contains(Current.Text))
        {
            var sign = Take().Text;
            var (first, second) = (left, next());
            left = scope => Values.Calculate(sign, first(scope), second(scope));
        }

        return left;
    }

    private Expression ParseUnary()
    {
        if (TakeOperator("-"))
        {
            var operand = ParseUnary();
            return scope => Values.Calculate("-", 0L, operand(scope));
        }

        if (TakeOperator("+"))
        {
            return ParseUnary();
        }

        var value = ParsePostfix(ParsePrimary());
        if (!TakeOperator("**"))
        {
            return value;
        }

        var exponent = ParseUnary();
        return scope => Values.Calculate("**", value(scope), exponent(scope));
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            var target = value;
            if (TakeOperator("."))
            {
                var name = Current.Kind == TokenKind.Integer ? Take().Text : TakeKind(TokenKind.Name).Text;
                if (TakeOperator("("))
                {
                    var arguments = ParseArguments(")");
                    value = scope => Methods.Call(target(scope), name, arguments(scope));
                }
                else
                {
                    value = scope => Values.Attribute(target(scope), name);
                }
            }
            else if (TakeOperator("["))
            {
                value = ParseSubscript(target);
            }
            else if (TakeOperator("|"))
            {
                var name = TakeKind(TokenKind.Name).Text;
                var arguments = TakeOperator("(") ? ParseArguments(")") : _ => [];
                value = scope => Filters.Apply(name, target(scope), arguments(scope));
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseSubscript(Expression target)
    {
        Expression? start = Current.Text == ":" ? null : ParseConditional();
        if (!TakeOperator(":"))
        {
            TakeKind(TokenKind.Operator, "]");
            return scope => Values.Item(target(scope), start!(scope));
        }

        Expression? end = Current.Text is "]" or ":" ? null : ParseConditional();
        Expression? step = TakeOperator(":") && Current.Text != "]" ? ParseConditional() : null;
        TakeKind(TokenKind.Operator, "]");
        return scope => Values.Slice(target(scope), start?.Invoke(scope), end?.Invoke(scope), step?.Invoke(scope));
    }

    private Expression ParsePrimary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Integer:
                var whole = long.Parse(token.Text, CultureInfo.InvariantCulture);
                return _ => whole;
            case TokenKind.Real:
                var real = double.Parse(token.Text, CultureInfo.InvariantCulture);
                return _ => real;
            case TokenKind.Text:
                var text = token.Text;
                while (Current.Kind == TokenKind.Text)
                {
                    text += Take().Text; // adjacent texts join
                }

                return _ => text;
            case TokenKind.Name:
                return ParseName(token.Text);
            case TokenKind.Operator when token.Text == "[":
                var items = ParseArguments("]");
                return scope => items(scope).ToList();
            case TokenKind.Operator when token.Text == "(":
                return ParseParenthesis();
            case TokenKind.Operator when token.Text == "{":
                return ParseMap();
            default:
                position--;
                throw Unexpected();
        }
    }

    private Expression ParseName(string name)
    {
        switch (name)
        {
            case "true" or "True":
                return _ => true;
            case "false" or "False":
                return _ => false;
            case "none" or "None":
                return _ => null;
            default:
                if (name is "range" && TakeOperator("("))
                {
                    var arguments = ParseArguments(")");
                    return scope => Values.Range(arguments(scope));
                }

                return scope => scope.TryGet(name, out var value)
                    ? value
                    : new Undefined($"'{name}' is not defined. {NearestName.Hint(name, [.. scope.Names.Distinct()])}");
        }
    }

    private Expression ParseParenthesis()
    {
        if (TakeOperator(")"))
        {
            return _ => new List<object?>();
        }

        var first = ParseConditional();
        if (TakeOperator(")"))
        {
            return first;
        }

        TakeKind(TokenKind.Operator, ",");
        var rest = ParseArguments(")");
        return scope => rest(scope).Prepend(first(scope)).ToList();
    }

    private Expression ParseMap()
    {
        var entries = new List<(Expression Key, Expression Value)>();
        while (!TakeOperator("}"))
        {
            var key = ParseConditional();
            TakeKind(TokenKind.Operator, ":");
            entries.Add((key, ParseConditional()));
            if (!TakeOperator(",") && Current.Text != "}")
            {
                throw Unexpected();
            }
        }

        return scope =>
        {
            var map = new OrderedDictionary<string, object?>();
            foreach (var (key, value) in entries)
            {
                map[Values.Print(key(scope))] = value(scope);
            }

            return map;
        };
    }

    // Keyword arguments are taken by position: the few methods and filters here have one that could be named.
    private Func<Scope, IReadOnlyList<object?>> ParseArguments(string close)
    {
        var arguments = new List<Expression>();
        while (!TakeOperator(close))
        {
            if (Current.Kind == TokenKind.Name && tokens[position + 1] is { Kind: TokenKind.Operator, Text: "=" })
            {
                position += 2;
            }

            arguments.Add(ParseConditional());
            if (!TakeOperator(",") && Current.Text != close)
            {
                throw Unexpected();
            }
        }

        return scope => [.. arguments.Select(argument => argument(scope))];
    }

    private Token Take() => tokens[position++];

    private Token TakeKind(TokenKind kind, string? text = null) =>
        Current.Kind == kind && (text is null || Current.Text == text) ? Take() : throw Unexpected();

    private bool TakeOperator(string text)
    {
        var found = Current.Kind == TokenKind.Operator && Current.Text == text;
        position += found ? 1 : 0;
        return found;
    }

    private bool TakeName(string text)
    {
        var found = Current.Kind == TokenKind.Name && Current.Text == text;
        position += found ? 1 : 0;
        return found;
    }

    private TemplateException Unexpected() => new($"'{Current.Text}' was not expected at {Current.Position}.");
}
