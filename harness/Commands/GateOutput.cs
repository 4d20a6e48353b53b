using System.Text.Json;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Commands;

/// <summary>Says what a gate decided, and tells whoever wants to be told.</summary>
internal static class GateOutput
{
    public static void Write(GateReport report, GateReportFormat format, bool json, string? notify, CommandEnvironment environment)
    {
        environment.Output.Write(json ? Json(report) : GateReportText.Write(report, format));
        if (report.Verdict != GateVerdict.Pass)
        {
            Notification.Send(
                notify, report.Verdict, report.Summary, report.CandidateRunId, GateReportText.Write(report, GateReportFormat.Markdown), environment.Error.WriteLine);
        }
    }

    private static string Json(GateReport report) => JsonSerializer.Serialize(
        new
        {
            report.Verdict,
            report.ExitCode,
            run = report.CandidateRunId,
            pin = new { report.Pin.RunId, report.Pin.Commit, report.Pin.PinnedUtc, report.Pin.PinnedBy, report.Pin.Reason },
            report.Summary,
            report.CheckedSeries,
            findings = report.Findings.Select(finding => new
            {
                finding.Status, finding.Family, finding.Layer, series = finding.Key is { } key ? SeriesTitle.Of(key) : null, finding.Message,
            }),
        },
        JsonOutput.Options) + Environment.NewLine;
}
