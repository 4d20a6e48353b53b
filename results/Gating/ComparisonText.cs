using System.Globalization;
using System.Text;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>A comparison as a table of text or Markdown.</summary>
public static class ComparisonText
{
    private static readonly string[] Head = ["verdict", "series", "baseline", "candidate", "difference", "95 % interval", "p (Holm)", "detectable", "worse/better", "question"];

    private const double BytesAMegabyte = 1e6;

    private const int MostRows = 40, MostOfAReason = 3;

    /// <summary>
    /// Writes the table, then what was refused, then what differs in the environment. A long table leaves the equivalent series to a count, and many series
    /// refused for one reason are one line, unless everything is asked for.
    /// </summary>
    public static string Write(ComparisonReport report, bool asMarkdown, bool everything = false)
    {
        var isCut = !everything && report.Rows.Count > MostRows;
        var title = SeriesTitle.Among(report.Rows.Select(row => row.Key).Concat(report.Refused.Select(item => item.Key)));
        var rows = report.Rows.Where(row => !isCut || row.Verdict != ComparisonVerdict.Equivalent).Select(row => Cells(row, title)).ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"baseline {report.Baseline.RunId} (build {report.Baseline.BuildId}), candidate {report.Candidate.RunId} (build {report.Candidate.BuildId})\n\n");
        if (rows.Count > 0 && asMarkdown)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Head)} |\n|{string.Concat(Enumerable.Repeat("---|", Head.Length))}\n");
            foreach (var row in rows)
                text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)))} |\n");
        }
        else if (rows.Count > 0)
        {
            var widths = Enumerable.Range(0, Head.Length).Select(i => rows.Append(Head).Max(row => row[i].Length)).ToArray();
            foreach (var row in rows.Prepend(Head))
                text.Append(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()).Append('\n');
        }
        if (isCut)
            text.Append(CultureInfo.InvariantCulture, $"{report.Rows.Count - rows.Count} equivalent series are not listed.\n");
        Reasons(text, "not compared", report.Refused.Select(refused => (title(refused.Key), refused.Reason)), everything);
        Reasons(text, "note", report.Rows.Where(row => row is { Note: not null, Verdict: not ComparisonVerdict.Equivalent }).Select(row => (title(row.Key), row.Note!)), everything);
        foreach (var (name, baseline, candidate) in report.EnvironmentDifferences)
            text.Append(CultureInfo.InvariantCulture, $"environment: {name} was '{baseline ?? "absent"}', is '{candidate ?? "absent"}'\n");
        return text.ToString();
    }

    private static void Reasons(StringBuilder text, string label, IEnumerable<(string Series, string Reason)> items, bool everything)
    {
        foreach (var reason in items.GroupBy(item => item.Reason))
        {
            var some = reason.Take(everything || reason.Count() <= MostOfAReason ? int.MaxValue : 1).Select(item => item.Series).ToList();
            foreach (var series in some)
                text.Append(CultureInfo.InvariantCulture, $"{label}: {series}{(some.Count < reason.Count() ? $" and {reason.Count() - some.Count} more" : "")}: {reason.Key}\n");
        }
    }

    private static string[] Cells(MetricComparison row, Func<SeriesKey, string> title)
    {
        return
        [
            row.Verdict.ToString().ToLowerInvariant(), title(row.Key), Value(row, row.BaselineValue), Value(row, row.CandidateValue),
            Change(row, row.Difference), row.Interval is { } i ? $"{Change(row, i.Lower)} … {Change(row, i.Upper)}" : "none",
            row.AdjustedPValue?.ToString("0.####", CultureInfo.InvariantCulture) ?? "none", row.DetectableEffect is { } effect ? Change(row, effect) : "none",
            row.Pairs == 0 || row.Question is ComparisonQuestion.Time or ComparisonQuestion.Memory
                ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.Flips.Worsened.Length}/{row.Flips.Improved.Length} of {row.Pairs}"),
            row.Question switch
            {
                ComparisonQuestion.SameWeights => "A same weights", ComparisonQuestion.OtherWeights => "B other weights",
                ComparisonQuestion.SeveralSeeds => "C several seeds", ComparisonQuestion.Time => "time", _ => "memory",
            },
        ];
    }

    private static string Value(MetricComparison row, double value) => row.Question == ComparisonQuestion.Memory
        ? (value / BytesAMegabyte).ToString("0.# MB", CultureInfo.InvariantCulture)
        : value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Change(MetricComparison row, double value) => row.Question switch
    {
        // Two processes a side can leave an interval that reaches over many orders of magnitude.
        ComparisonQuestion.Time when value > Math.Log(11) => "over +1000%",
        ComparisonQuestion.Time => (Math.Exp(value) - 1).ToString("+0.0%;-0.0%;0.0%", CultureInfo.InvariantCulture),
        ComparisonQuestion.Memory => (value / BytesAMegabyte).ToString("+0.# MB;-0.# MB;0 MB", CultureInfo.InvariantCulture),
        _ => value.ToString("+0.####;-0.####;0", CultureInfo.InvariantCulture),
    };
}
