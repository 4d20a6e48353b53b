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

    /// <summary>Text that Markdown shows as it is; only what would be read as markup is escaped, so that a terminal shows it well too.</summary>
    public static string Escape(string text)
    {
        var visible = VisibleText.Of(text, 500);
        var escaped = new StringBuilder(visible.Length);
        for (var i = 0; i < visible.Length; i++)
        {
            if (IsMarkup(visible[i], i > 0 ? visible[i - 1] : ' ', i + 1 < visible.Length ? visible[i + 1] : ' '))
            {
                escaped.Append('\\');
            }
            escaped.Append(visible[i]);
        }
        return escaped.ToString();
    }

    // An underscore inside a word is none, an at sign inside a word mentions nobody, and brackets alone are no link.
    private static bool IsMarkup(char letter, char before, char after) => letter switch
    {
        '\\' or '`' or '*' or '|' or '<' or '>' or '~' or '&' or '#' => true,
        '_' => !char.IsLetterOrDigit(before) || !char.IsLetterOrDigit(after),
        '@' => !char.IsLetterOrDigit(before),
        ']' => after is '(' or '[' or ':',
        _ => false,
    };

    private static void Line(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
