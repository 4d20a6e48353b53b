using System.Text;

namespace LT2.Eval.Tasks.Data.Tables;

/// <summary>Reads comma-separated values (RFC 4180): quoted cells may hold commas, line breaks and doubled quotes.</summary>
internal static class CommaSeparatedValues
{
    /// <summary>The records of a text; empty lines are skipped.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Parse(string text)
    {
        var records = new List<IReadOnlyList<string>>();
        var record = new List<string>();
        var cell = new StringBuilder();
        var (quoted, any) = (false, false);
        for (var i = text.StartsWith('\uFEFF') ? 1 : 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (quoted)
            {
                if (letter != '"')
                {
                    cell.Append(letter);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (letter == '"' && cell.Length == 0)
            {
                quoted = any = true;
            }
            else if (letter == ',')
            {
                EndCell();
                any = true;
            }
            else if (letter == '\n')
            {
                EndRecord();
            }
            else if (letter != '\r' || i + 1 >= text.Length || text[i + 1] != '\n')
            {
                cell.Append(letter);
                any = true;
            }
        }

        EndRecord();
        return records;

        void EndCell()
        {
            record.Add(cell.ToString());
            cell.Clear();
        }

        void EndRecord()
        {
            if (any)
            {
                EndCell();
                records.Add(record);
                record = [];
                any = false;
            }
        }
    }
}
