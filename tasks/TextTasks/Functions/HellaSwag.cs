using System.Globalization;
using System.Text.RegularExpressions;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Functions;

/// <summary>HellaSwag: the markup of its WikiHow half removed, context and endings put together.</summary>
internal static partial class HellaSwag
{
    public static object Process(IReadOnlyDictionary<string, object?> document)
    {
        var context = document.Text("ctx_a") + " " + PythonCase.Capitalize(document.Text("ctx_b"));
        return new OrderedDictionary<string, object?>(document)
        {
            ["query"] = Clean(document.Text("activity_label") + ": " + context),
            ["choices"] = document.Texts("endings").Select(ending => (object?)Clean(ending)).ToList(),
            ["gold"] = long.TryParse(document.Text("label"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var gold) ? gold : -1,
        };
    }

    private static string Clean(string text)
    {
        text = PythonText.Strip(text).Replace(" [title]", ". ", StringComparison.Ordinal);
        return Bracketed().Replace(text, string.Empty).Replace("  ", " ", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\[.*?\]")]
    private static partial Regex Bracketed();
}
