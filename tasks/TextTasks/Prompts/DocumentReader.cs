using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Functions;
using LT2.Eval.Tasks.TextTasks.Python;
using LT2.Eval.Tasks.TextTasks.Templates;

namespace LT2.Eval.Tasks.TextTasks.Prompts;

/// <summary>Reads context, choices and target of documents by a task's templates and functions.</summary>
public sealed class DocumentReader
{
    private const int MostProblems = 20;

    private readonly TaskDefinition task;
    private readonly Dictionary<string, Template> templates = [];

    /// <summary>Prepares a task's templates.</summary>
    public DocumentReader(TaskDefinition task)
    {
        this.task = task;
        foreach (var field in new[] { "doc_to_text", "doc_to_target", "doc_to_choice", "description" })
        {
            if (task.Text(field) is { } source)
            {
                templates[field] = Template.Parse(source);
            }
        }
    }

    /// <summary>Applies the task's <c>process_docs</c>.</summary>
    public IReadOnlyDictionary<string, object?> Process(IReadOnlyDictionary<string, object?> columns) =>
        task.Fields.GetValueOrDefault("process_docs") is FunctionReference function
            ? (IReadOnlyDictionary<string, object?>)TaskFunctions.Call(function.Name, columns)!
            : columns;

    /// <summary>Processes and reads a document of a file or split.</summary>
    /// <param name="columns">As the data set has them.</param>
    /// <param name="place">What errors call it, such as <c>document 3</c>, unless it knows its file and line.</param>
    /// <exception cref="TaskException">A column is missing or has not the right form; names task and place.</exception>
    public PreparedDocument Read(IReadOnlyDictionary<string, object?> columns, string place)
    {
        try
        {
            return Read(Process(columns));
        }
        catch (TaskException exception)
        {
            throw new TaskException([.. exception.Problems.Select(problem => $"{(columns as JsonLinesRow)?.Place ?? place}: {problem}")]);
        }
    }

    /// <summary>Processes and reads all documents.</summary>
    /// <param name="documents">As the data set has them.</param>
    /// <param name="kind">What errors call one, such as <c>document</c>.</param>
    /// <exception cref="TaskException">Names every faulty document, up to a number that can be read.</exception>
    public IReadOnlyList<PreparedDocument> ReadAll(IEnumerable<IReadOnlyDictionary<string, object?>> documents, string kind)
    {
        var read = new List<PreparedDocument>();
        var problems = new List<string>();
        foreach (var (index, columns) in documents.Index())
        {
            try
            {
                read.Add(Read(columns, $"{kind} {index + 1}"));
            }
            catch (TaskException exception)
            {
                problems.AddRange(exception.Problems);
            }
        }

        return problems.Count == 0
            ? read
            : throw new TaskException([.. problems.Take(MostProblems), .. problems.Count > MostProblems ? [$"{problems.Count - MostProblems} more."] : (string[])[]]);
    }

    /// <summary>Reads a processed document.</summary>
    /// <exception cref="TaskException">A column is missing or has not the right form; names the task.</exception>
    public PreparedDocument Read(IReadOnlyDictionary<string, object?> columns)
    {
        try
        {
            var choices = ReadChoices(columns);
            var text = ReadText(columns, choices is not null);
            return new PreparedDocument(columns, text as string ?? string.Empty, text is long index ? (int)index : null, choices, ReadTarget(columns, choices is not null));
        }
        catch (TemplateException exception)
        {
            throw new TaskException($"task '{task.Name}': {exception.Message}");
        }
        catch (TaskException exception)
        {
            throw new TaskException([.. exception.Problems.Select(problem => $"task '{task.Name}': {problem}")]);
        }
    }

    /// <summary>The description that stands before a document's prompt.</summary>
    public string ReadDescription(IReadOnlyDictionary<string, object?> columns) =>
        templates.TryGetValue("description", out var template) ? template.Render(columns) : string.Empty;

    private static bool IsDigits(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private List<string>? ReadChoices(IReadOnlyDictionary<string, object?> columns)
    {
        switch (task.Fields.GetValueOrDefault("doc_to_choice"))
        {
            case null:
                return null;
            case FunctionReference function:
                return Texts(TaskFunctions.Call(function.Name, columns));
            case IReadOnlyList<object?> list:
                return Texts(list);
            case string column when columns.TryGetValue(column, out var value):
                return Texts(value);
            default:
                // A template that is one expression gives its list; any other gives the text of one.
                var result = templates["doc_to_choice"].Evaluate(columns);
                return Texts(result is string text && PythonLiteral.TryParse(text, out var literal) ? literal : result);
        }
    }

    private static List<string> Texts(object? value)
    {
        var choices = value is not string && value is System.Collections.IEnumerable list ? list.Cast<object?>().Select(PythonFormat.Str).ToList() : [];
        return choices.Count > 0 ? choices : throw new TaskException($"doc_to_choice gives {PythonFormat.Repr(value)}, where a list of at least one choice is needed.");
    }

    private object ReadText(IReadOnlyDictionary<string, object?> columns, bool hasChoices)
    {
        switch (task.Fields.GetValueOrDefault("doc_to_text"))
        {
            case null:
                return string.Empty;
            case long index:
                return index;
            case FunctionReference function:
                return TaskFunctions.Call(function.Name, columns)!;
            case string column when columns.TryGetValue(column, out var value):
                return value is long number ? number : PythonFormat.Str(value);
            default:
                var text = templates["doc_to_text"].Render(columns);
                return hasChoices && IsDigits(text) ? long.Parse(text, CultureInfo.InvariantCulture) : text;
        }
    }

    private object? ReadTarget(IReadOnlyDictionary<string, object?> columns, bool hasChoices)
    {
        switch (task.Fields.GetValueOrDefault("doc_to_target"))
        {
            case null:
                return string.Empty;
            case long index:
                return index;
            case FunctionReference function:
                return TaskFunctions.Call(function.Name, columns);
            case IReadOnlyList<object?> list:
                return list;
            case string column when columns.TryGetValue(column, out var value):
                return value;
            default:
                var text = templates["doc_to_target"].Render(columns);
                if (hasChoices && IsDigits(text))
                {
                    return long.Parse(text, CultureInfo.InvariantCulture);
                }

                return text.Length >= 2 && text[0] == '[' && text[^1] == ']' && PythonLiteral.TryParse(text, out var literal) ? literal : text;
        }
    }
}
