using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Functions;

/// <summary>
/// Prompts of the recall-intensive cloze tasks (Arora et al., "Just read twice", 2024): the text and a stem to complete, read once, or
/// the question and the text in front of them, so that the text is read twice.
/// </summary>
internal static class RecallCloze
{
    private const string SwdeMarker = "Summary of information above";

    public static object Drop(IReadOnlyDictionary<string, object?> document) => $"{DropText(document)} {document.Text("question")}";

    public static object DropTwice(IReadOnlyDictionary<string, object?> document) => Twice(document.Text("orig_question"), DropText(document), document.Text("question"));

    public static object NaturalQuestions(IReadOnlyDictionary<string, object?> document) => $"{QuestionText(document, document.Text("context"))} {document.Text("question")}";

    public static object NaturalQuestionsTwice(IReadOnlyDictionary<string, object?> document) =>
        Twice(document.Text("orig_question"), QuestionText(document, document.Text("context")), document.Text("question"));

    public static object TriviaQa(IReadOnlyDictionary<string, object?> document) => $"{TriviaText(document)} {document.Text("question")}";

    public static object TriviaQaTwice(IReadOnlyDictionary<string, object?> document) => Twice(document.Text("orig_question"), TriviaText(document), document.Text("question"));

    public static object Fda(IReadOnlyDictionary<string, object?> document) => $"{FdaText(document)} {Key(document)}:";

    public static object FdaTwice(IReadOnlyDictionary<string, object?> document) => Twice($"Information about {Key(document)}.", FdaText(document), $"{Key(document)}:");

    public static object Swde(IReadOnlyDictionary<string, object?> document) => $"{SwdeText(document)} {Key(document)}:";

    public static object SwdeTwice(IReadOnlyDictionary<string, object?> document) => Twice($"Information about {Key(document)}.", SwdeText(document), $"{Key(document)}:");

    public static object Squad(IReadOnlyDictionary<string, object?> document) => PythonText.Strip(document.Text("text"));

    // The first reading is the passage alone, which the column "context" holds up to its question.
    public static object SquadTwice(IReadOnlyDictionary<string, object?> document) =>
        $"{document.Text("question")} {document.Text("context").Split("Question:")[0]}\n{PythonText.Strip(document.Text("text"))}";

    private static string Twice(string question, string text, string stem) => $"{question} {text}\n{text} {stem}";

    private static string DropText(IReadOnlyDictionary<string, object?> document)
    {
        var context = PythonText.Strip(document.Text("context"));
        var question = document.Text("question");
        while (question.Length > 0 && context.EndsWith(question, StringComparison.OrdinalIgnoreCase))
        {
            context = PythonText.Strip(context[..^question.Length]);
        }

        return EndWithStop(context);
    }

    private static string QuestionText(IReadOnlyDictionary<string, object?> document, string context)
    {
        context = PythonText.Strip(context);
        var question = document.Text("question");
        return EndWithStop(question.Length > 0 && context.EndsWith(question, StringComparison.Ordinal) ? context[..^question.Length] : context);
    }

    private static string TriviaText(IReadOnlyDictionary<string, object?> document) => QuestionText(document, document.Text("context")
        .Replace("[PAR]", string.Empty, StringComparison.Ordinal).Replace("[DOC]", string.Empty, StringComparison.Ordinal).Replace("[TLE]", string.Empty, StringComparison.Ordinal));

    private static string EndWithStop(string text) => text.Trim('.', ' ') + ".";

    private static string FdaText(IReadOnlyDictionary<string, object?> document)
    {
        var (text, end) = (document.Text("text"), document.Text("key") + ":");
        return WithoutStops(text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text);
    }

    private static string SwdeText(IReadOnlyDictionary<string, object?> document) => WithoutStops(document.Text("text").Split(SwdeMarker)[0]);

    private static string WithoutStops(string text) => text.Trim('\n').Trim('.') + ".";

    private static string Key(IReadOnlyDictionary<string, object?> document) =>
        document.Text("key") is { Length: > 0 } key ? key[..1].ToUpperInvariant() + key[1..] : string.Empty;
}
