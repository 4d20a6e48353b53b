using System.Text.Json;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>An accepted run, <c>results/pinned/PLAN.json</c>: what the gate measures against.</summary>
/// <param name="SchemaVersion">Version of this file's format.</param>
/// <param name="PlanName">Plan.</param>
/// <param name="PlanHash">Its hash.</param>
/// <param name="RunId">Accepted run.</param>
/// <param name="BuildId">Its build.</param>
/// <param name="Commit">Its commit; null when unknown.</param>
/// <param name="BundleHash">SHA-256 of the cached build that can be run again; null when none was kept.</param>
/// <param name="Reason">Why it was accepted.</param>
/// <param name="PinnedBy">Who accepted it.</param>
/// <param name="PinnedUtc">When.</param>
/// <param name="ReplacesRunId">Run of the former pin; null for the first.</param>
/// <param name="SamplesDigest">Digest of its samples' scores.</param>
/// <param name="Metrics">Its values.</param>
public sealed record PinFile(
    int SchemaVersion,
    string PlanName,
    string PlanHash,
    string RunId,
    string BuildId,
    string? Commit,
    string? BundleHash,
    string Reason,
    string PinnedBy,
    DateTimeOffset PinnedUtc,
    string? ReplacesRunId,
    string SamplesDigest,
    IReadOnlyList<PinnedMetric> Metrics)
{
    /// <summary>Version that this program writes.</summary>
    public const int CurrentSchemaVersion = PinFormat.Version;

    private const int Nights = 30;

    /// <summary>Makes a pin of a completed run; times take the median and spread of their last nights.</summary>
    public static PinFile Of(ResultStore store, string runId, string reason, string pinnedBy, DateTimeOffset pinnedUtc, string? bundleHash, PinFile? former)
    {
        var run = store.Run(runId);
        if (string.IsNullOrWhiteSpace(reason))
            throw new ResultsException(ResultsProblem.PinUnusable, "A pin needs a reason: say why this run is accepted, with --reason.");
        if (run.Status != RunStatus.Completed)
            throw new ResultsException(ResultsProblem.PinUnusable, $"Run '{runId}' is {StoredName.Of(run.Status)}; only a completed run can be pinned. Continue it first.");
        var nights = new NightTimes(store, new());
        var metrics = store.Metrics(runId).Select(metric => Pinned(nights, run, metric)).OrderBy(m => m.SeriesId, StringComparer.Ordinal).ThenBy(m => m.Seed).ToList();
        return new(CurrentSchemaVersion, run.PlanName, run.PlanHash, runId, run.BuildId, run.Commit, bundleHash, reason, pinnedBy, pinnedUtc, former?.RunId,
            Gating.SamplesDigest.Of(store, runId), metrics);
    }

    /// <summary>Why the times of a run are no good measure for later nights: load, or a moved canary; empty where they are, or there are none.</summary>
    public static IReadOnlyList<string> Doubts(ResultStore store, string runId) =>
        [.. CanaryCheck.Check(store, store.Run(runId), store.Metrics(runId), new()).Select(finding => finding.Message)];

    /// <summary>Reads a pin.</summary>
    public static PinFile Read(string path)
    {
        if (!File.Exists(path))
            throw new ResultsException(ResultsProblem.PinUnusable, $"There is no pin at {path}. Accept a run with lt2 pin --reason.");
        try
        {
            var text = File.ReadAllText(path);
            using (var document = JsonDocument.Parse(text))
            {
                if (document.RootElement.TryGetProperty("schemaVersion", out var version) && version.GetInt32() > CurrentSchemaVersion)
                {
                    throw new ResultsException(
                        ResultsProblem.PinUnusable, $"{path} has schema version {version}; this program knows {CurrentSchemaVersion}. Update the program.");
                }
            }
            return PinFormat.Read(text);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            throw new ResultsException(ResultsProblem.PinUnusable, $"{path} cannot be read: {exception.Message} Restore it from version control.", exception);
        }
    }

    /// <summary>Writes a pin whole or not at all.</summary>
    public void Write(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(path + ".part", PinFormat.Write(this));
            File.Move(path + ".part", path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResultsException(ResultsProblem.FileUnusable, $"{path} cannot be written: {exception.Message} The former pin is unchanged.", exception);
        }
    }

    private static PinnedMetric Pinned(NightTimes nights, RunRecord run, MetricRecord metric)
    {
        var plain = new PinnedMetric(
            SeriesIdentity.Of(metric.Key), metric.Key, metric.Seed, metric.Value, null, 1, metric.StandardError, metric.Kind, metric.Unit);
        if (metric.Kind != MetricKind.Duration || metric.Value is not > 0)
            return plain;
        var logs = nights.Of(metric.Key, metric.Seed, run).Where(night => night.Run.BuildId == run.BuildId).TakeLast(Nights).Select(night => night.LogTime).ToList();
        var spread = RobustLocationAndSpread.Of(logs);
        return plain with
        {
            Value = Math.Exp(spread.Median), Nights = logs.Count, Noise = logs.Count < 2 ? null : (spread.ScaledMad + spread.StandardDeviation) / 2,
        };
    }
}
