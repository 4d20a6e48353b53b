using System.Globalization;
using System.Text;

namespace LT2.Eval.Results.Gating;

/// <summary>A comparison as a table of text or Markdown.</summary>
public static class ComparisonText
{
    private static readonly string[] Head = ["verdict", "series", "baseline", "candidate", "difference", "95 % interval", "p (Holm)", "detectable", "worse/better", "question"];

    /// <summary>Writes the table, then what was refused, then what differs in the environment.</summary>
    public static string Write(ComparisonReport report, bool asMarkdown)
    {
        var rows = report.Rows.Select(Cells).ToList();
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
        foreach (var refused in report.Refused)
            text.Append(CultureInfo.InvariantCulture, $"not compared: {SeriesTitle.Of(refused.Key)}: {refused.Reason}\n");
        foreach (var (name, baseline, candidate) in report.EnvironmentDifferences)
            text.Append(CultureInfo.InvariantCulture, $"environment: {name} was '{baseline ?? "absent"}', is '{candidate ?? "absent"}'\n");
        return text.ToString();
    }

    private static string[] Cells(MetricComparison row)
    {
        var isTime = row.Question == ComparisonQuestion.Time;
        return
        [
            row.Verdict.ToString().ToLowerInvariant(), SeriesTitle.Of(row.Key), Number(row.BaselineValue), Number(row.CandidateValue),
            Change(row.Difference, isTime), row.Interval is { } i ? $"{Change(i.Lower, isTime)} … {Change(i.Upper, isTime)}" : "none",
            row.AdjustedPValue?.ToString("0.####", CultureInfo.InvariantCulture) ?? "none", row.DetectableEffect is { } effect ? Change(effect, isTime) : "none",
            isTime || row.Question == ComparisonQuestion.Memory ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.Flips.Worsened.Length}/{row.Flips.Improved.Length} of {row.Pairs}"),
            row.Question switch
            {
                ComparisonQuestion.SameWeights => "A same weights", ComparisonQuestion.OtherWeights => "B other weights",
                ComparisonQuestion.SeveralSeeds => "C several seeds", ComparisonQuestion.Time => "time", _ => "memory",
            },
        ];
    }

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Change(double value, bool isLogRatio) => isLogRatio
        ? (Math.Exp(value) - 1).ToString("+0.0%;-0.0%;0.0%", CultureInfo.InvariantCulture)
        : value.ToString("+0.####;-0.####;0", CultureInfo.InvariantCulture);
}
