using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Functions;

/// <summary>WinoGrande by partial scoring: each option makes a context, the rest of the sentence is the one continuation.</summary>
internal static class WinoGrande
{
    public static object GoldIndex(IReadOnlyDictionary<string, object?> document) => document.Text("answer") switch
    {
        "1" => 0L,
        "2" => 1L,
        var other => throw new TaskException($"The column 'answer' holds '{other}', where 1 or 2 is needed."),
    };

    public static object Continuation(IReadOnlyDictionary<string, object?> document) =>
        PythonText.Strip(document.Text("sentence")[(Blank(document) + 1)..]);

    public static object Contexts(IReadOnlyDictionary<string, object?> document)
    {
        var before = document.Text("sentence")[..Blank(document)];
        return new List<object?> { before + document.Text("option1"), before + document.Text("option2") };
    }

    private static int Blank(IReadOnlyDictionary<string, object?> document) =>
        document.Text("sentence").IndexOf('_', StringComparison.Ordinal) is >= 0 and var at
            ? at
            : throw new TaskException($"The sentence '{document.Text("sentence")}' has no '_' to fill in.");
}
