using System.Text;

namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>
/// A template in the subset of Jinja that task definitions are written in: <c>{{ expression }}</c>, <c>{% set %}</c>,
/// <c>{% if %}</c>, <c>{% for %}</c>, comments, blank control with <c>-</c>. A trailing newline is kept; an unknown name is an error.
/// </summary>
public sealed class Template
{
    private readonly string source;
    private readonly IReadOnlyList<Node> nodes;

    private Template(string source, IReadOnlyList<Node> nodes)
    {
        this.source = source;
        this.nodes = nodes;
    }

    /// <summary>Reads a template.</summary>
    /// <exception cref="TemplateException">It cannot be read.</exception>
    public static Template Parse(string source) => new(source, new TemplateParser(source).Parse());

    /// <summary>The text for a document's columns.</summary>
    /// <exception cref="TemplateException">A name is unknown, or a value has not the right form.</exception>
    public string Render(IReadOnlyDictionary<string, object?> columns)
    {
        try
        {
            var output = new StringBuilder();
            var scope = new Scope(null, columns);
            foreach (var node in nodes)
            {
                node(scope, output);
            }

            return output.ToString();
        }
        catch (TemplateException exception)
        {
            throw new TemplateException($"{exception.Message} (template: {source})");
        }
    }

    /// <summary>The value of a template that is nothing but one expression, or its rendered text.</summary>
    public object? Evaluate(IReadOnlyDictionary<string, object?> columns)
    {
        var trimmed = source.Trim();
        if (nodes.Count == 1 && trimmed.StartsWith("{{", StringComparison.Ordinal) && trimmed.Length == source.Length)
        {
            return Values.Defined(ExpressionParser.Parse(trimmed[2..^2].Trim('-'))(new Scope(null, columns)));
        }

        return Render(columns);
    }
}

/// <summary>A part of a template that writes itself.</summary>
internal delegate void Node(Scope scope, StringBuilder output);
