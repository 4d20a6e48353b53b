using System.Text;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Functions;

/// <summary>RACE: an article with several questions; all but the last are shown with their answers, the last is asked.</summary>
internal static class Race
{
    private const string ClozeEnd = "  _  .";

    public static object Context(IReadOnlyDictionary<string, object?> document)
    {
        var problems = Problems(document);
        var text = new StringBuilder("Article: ").Append(document.Text("article")).Append("\n\n");
        foreach (var problem in problems.Take(problems.Count - 1))
        {
            var question = problem.Text("question");
            var answer = problem.Texts("options")[(int)Gold(problem)];
            text.Append(question.EndsWith(ClozeEnd, StringComparison.Ordinal)
                ? $"{question[..^5]}{answer}\n"
                : $"Question: {question}\nAnswer: {answer}\n");
        }

        return text.Append(problems[^1].Text("question")).ToString();
    }

    public static object GoldIndex(IReadOnlyDictionary<string, object?> document) => Gold(Problems(document)[^1]);

    public static object Choices(IReadOnlyDictionary<string, object?> document) =>
        Problems(document)[^1].Texts("options").Take(4).Select(option => (object?)option).ToList();

    private static long Gold(IReadOnlyDictionary<string, object?> problem) => problem.Text("answer") switch
    {
        "A" => 0,
        "B" => 1,
        "C" => 2,
        "D" => 3,
        var other => throw new TaskException($"A problem's answer is '{other}', where A to D is needed."),
    };

    // The column holds the text of a Python list; files that users make may hold the list itself.
    private static IReadOnlyList<IReadOnlyDictionary<string, object?>> Problems(IReadOnlyDictionary<string, object?> document)
    {
        try
        {
            var value = document.Get("problems") is string text ? PythonLiteral.Parse(text) : document.Get("problems");
            return value is IReadOnlyList<object?> { Count: > 0 } list
                ? [.. list.Cast<IReadOnlyDictionary<string, object?>>()]
                : throw new TaskException("The column 'problems' holds no list of problems.");
        }
        catch (FormatException exception)
        {
            throw new TaskException($"The column 'problems' holds no list of problems: {exception.Message}");
        }
    }
}
