using System.Text;
using LT2.Eval.Reports.Charts;

namespace LT2.Eval.Reports.Text;

/// <summary>Tables as GitHub-flavoured Markdown.</summary>
internal static class MarkdownTable
{
    /// <summary>Header, alignment and rows.</summary>
    public static string Of(ChartTable table)
    {
        var text = new StringBuilder();
        Line(text, table.Columns.Select(column => Escape(column.Title)));
        Line(text, table.Columns.Select(column => column.IsNumeric ? "---:" : "---"));
        foreach (var row in table.Rows)
        {
            Line(text, row.Select(Escape));
        }
        return text.ToString();
    }

    /// <summary>Text that Markdown shows as it is.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var letter in VisibleText.Of(text, 500))
        {
            if (letter is '\\' or '`' or '*' or '_' or '|' or '[' or ']' or '<' or '>' or '#' or '~' or '&' or '!' or '@')
            {
                escaped.Append('\\');
            }
            escaped.Append(letter);
        }
        return escaped.ToString();
    }

    private static void Line(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
