using System.Globalization;
using System.Text;
using System.Xml.Linq;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>A gate's report as text, Markdown or JUnit XML. All forms say the same and are the same for the same report.</summary>
public static class GateReportText
{
    /// <summary>Writes the report.</summary>
    public static string Write(GateReport report, GateReportFormat format) => format switch
    {
        GateReportFormat.Markdown => Markdown(report),
        GateReportFormat.JUnit => JUnit(report),
        _ => Text(report),
    };

    /// <summary>Writes that a run was not judged at all, as where its plan has no pin: inconclusive, in every form.</summary>
    /// <param name="planName">The run's plan.</param>
    /// <param name="reason">Why not, and what to do.</param>
    /// <param name="format">The form.</param>
    public static string WriteUnjudged(string planName, string reason, GateReportFormat format) => format switch
    {
        GateReportFormat.Markdown => $"**{Word(GateVerdict.Inconclusive)}** {Escape(reason)}\n",
        GateReportFormat.JUnit => Suite(planName, [new("testcase", new XAttribute("classname", "gate"), new XAttribute("name", "the run"), new XElement("error", new XAttribute("message", Clean(reason))))]),
        _ => $"{Word(GateVerdict.Inconclusive)}: {reason}\n",
    };

    private static string Text(GateReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Word(report.Verdict)}: {report.Summary}\n");
        text.Append(CultureInfo.InvariantCulture, $"run {report.CandidateRunId} against {report.Pin.RunId} (pinned {report.Pin.PinnedUtc:yyyy-MM-dd} by {report.Pin.PinnedBy}: {report.Pin.Reason})\n");
        foreach (var finding in report.Findings)
            text.Append(CultureInfo.InvariantCulture, $"  {Name(finding),-10} {finding.Family}/{finding.Layer}  {Title(finding)}: {finding.Message}\n");
        return text.ToString();
    }

    private static string Markdown(GateReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"**{Word(report.Verdict)}** {Escape(report.Summary)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Run `{report.CandidateRunId}` against `{report.Pin.RunId}`.\n");
        if (report.Findings.Count == 0)
            return text.ToString();
        text.Append("\n| status | rule | series | what |\n|---|---|---|---|\n");
        foreach (var finding in report.Findings)
            text.Append(CultureInfo.InvariantCulture, $"| {Name(finding)} | {finding.Family}/{finding.Layer} | {Escape(Title(finding))} | {Escape(finding.Message)} |\n");
        return text.ToString();
    }

    // Blocking findings are failures, undecided ones errors: servers show both as red, but apart.
    private static string JUnit(GateReport report)
    {
        var cases = report.Findings.Select(finding => new XElement("testcase", new XAttribute("classname", $"{finding.Family}.{finding.Layer}"),
            new XAttribute("name", Title(finding)), finding.Status switch
            {
                FindingStatus.Blocking => new XElement("failure", new XAttribute("message", Clean(finding.Message))),
                FindingStatus.Undecided => new XElement("error", new XAttribute("message", Clean(finding.Message))),
                _ => new XElement("system-out", Clean(finding.Message)),
            })).ToList();
        if (report.Verdict == GateVerdict.Pass)
            cases.Insert(0, new("testcase", new XAttribute("classname", "gate"), new XAttribute("name", Clean(report.Summary))));
        return Suite(report.Pin.PlanName, cases);
    }

    private static string Suite(string planName, IReadOnlyCollection<XElement> cases)
    {
        int Count(string outcome) => cases.Count(item => item.Element(outcome) is not null);
        var suite = new XElement("testsuite", new XAttribute("name", $"lt2 gate {planName}"), new XAttribute("tests", cases.Count),
            new XAttribute("failures", Count("failure")), new XAttribute("errors", Count("error")), cases);
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{suite.ToString().ReplaceLineEndings("\n")}\n";
    }

    private static string Title(GateFinding finding) => Clean(finding.Key is null ? "the run" : SeriesTitle.Of(finding.Key));

    private static string Name(GateFinding finding) => StoredName.Of(finding.Status);

    private static string Word(GateVerdict verdict) => verdict.ToString().ToUpperInvariant();

    private static string Escape(string text) => Clean(text).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).ReplaceLineEndings(" ");

    // Characters that XML 1.0 cannot hold.
    private static string Clean(string text) => string.Concat(text.Where(c => !char.IsControl(c) || c is '\n' or '\t'));
}
