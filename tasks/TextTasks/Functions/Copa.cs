using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Functions;

/// <summary>
/// COPA: the premise without its last character, and a connective. Choices begin with a blank of their own, so that with the
/// delimiter a continuation starts with two: kept, because published numbers have it.
/// </summary>
internal static class Copa
{
    public static object Context(IReadOnlyDictionary<string, object?> document)
    {
        var premise = PythonText.Strip(document.Text("premise"));
        return WithoutLast(premise) + (document.Text("question") == "cause" ? " because" : " therefore");
    }

    public static object Target(IReadOnlyDictionary<string, object?> document) =>
        Choice(document.Text(document.Get("label") is 0L ? "choice1" : "choice2"));

    public static object Choices(IReadOnlyDictionary<string, object?> document) =>
        new List<object?> { Choice(document.Text("choice1")), Choice(document.Text("choice2")) };

    private static string Choice(string text)
    {
        var first = text.EnumerateRunes().Select(letter => letter.Utf16SequenceLength).FirstOrDefault();
        return $" {PythonCase.Lower(text[..first])}{text[first..]}";
    }

    private static string WithoutLast(string text) => text.Length == 0 ? text : text[..^(char.IsLowSurrogate(text[^1]) ? 2 : 1)];
}
