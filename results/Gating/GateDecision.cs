using System.Text.Json;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>
/// What the gate decided about a run, kept beside the store so that pages written later show it: confirmations took the host's time and are not repeated for a page.
/// </summary>
/// <param name="SchemaVersion">Version of this file's format.</param>
/// <param name="RunId">The judged run.</param>
/// <param name="PinRunId">The accepted run it was judged against.</param>
/// <param name="PinnedUtc">When that was accepted.</param>
/// <param name="Verdict">Decision.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Findings">Findings, the most serious first.</param>
/// <param name="CheckedSeries">Series that were judged.</param>
public sealed record GateDecision(
    int SchemaVersion, string RunId, string PinRunId, DateTimeOffset PinnedUtc, GateVerdict Verdict, string Summary, IReadOnlyList<GateFinding> Findings, int CheckedSeries)
{
    private const int CurrentSchemaVersion = 1;

    /// <summary>Keeps a report; whole or not at all.</summary>
    public static void Write(GateReport report, string path)
    {
        var decision = new GateDecision(
            CurrentSchemaVersion, report.CandidateRunId, report.Pin.RunId, report.Pin.PinnedUtc, report.Verdict, report.Summary, report.Findings, report.CheckedSeries);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(path + ".part", JsonSerializer.Serialize(decision, GatingJson.Options) + "\n");
            File.Move(path + ".part", path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResultsException(ResultsProblem.FileUnusable, $"{path} cannot be written: {exception.Message} The decision stands, but later pages will not show it.", exception);
        }
    }

    /// <summary>The report of a run against a pin; null where none was kept, or where it was judged against another pin or by a program of another format.</summary>
    public static GateReport? Read(string path, PinFile pin)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var decision = JsonSerializer.Deserialize<GateDecision>(File.ReadAllText(path), GatingJson.Options)!;
            return decision.SchemaVersion == CurrentSchemaVersion && decision.PinRunId == pin.RunId && decision.PinnedUtc == pin.PinnedUtc
                ? new GateReport(decision.Verdict, decision.Summary, decision.Findings, null, pin, decision.RunId, decision.CheckedSeries)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ResultsException(ResultsProblem.FileUnusable, $"{path} cannot be read: {exception.Message} Judge the run again (lt2 gate), or remove the file.", exception);
        }
    }
}
