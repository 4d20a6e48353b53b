using System.Text.Json;
using LT2.Eval.Harness.Cluster.Workers;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary>Judges a run against its plan's pin and says so.</summary>
internal static class GateSession
{
    /// <summary>The exit code, and the report; null without a pin, which is inconclusive and never a pass.</summary>
    public static (int ExitCode, GateReport? Report) Judge(GateRequest request, CommandEnvironment environment, CancellationToken cancellation)
    {
        using var store = ResultStore.Open(RunFolder.StoreBelow(request.OutputRoot), StoreAccess.ReadOnly);
        var run = StoredRuns.Choose(store, request.Run);
        var path = PinnedRuns.PathOf(request.OutputRoot, run.PlanName);
        if (!File.Exists(path))
        {
            var text = $"There is no pin of plan '{run.PlanName}' at {path}, so run {run.RunId} was not judged. Accept a run: lt2 pin --reason TEXT";
            environment.Output.Write(request.Json
                ? JsonSerializer.Serialize(new { verdict = GateVerdict.Inconclusive, exitCode = ExitCodes.Inconclusive, run = run.RunId, summary = text }, JsonOutput.Options) + Environment.NewLine
                : GateReportText.WriteUnjudged(run.PlanName, text, request.Format));
            Notification.Send(
                request.Notify, GateVerdict.Inconclusive, text, run.RunId, GateReportText.WriteUnjudged(run.PlanName, text, GateReportFormat.Markdown), environment.Error.WriteLine);
            return (ExitCodes.Inconclusive, null);
        }

        var pin = PinFile.Read(path);
        var report = NightlyGate
            .EvaluateAsync(store, run.RunId, pin, Runner(request, store, run, pin, environment.Clock, TextWriter.Synchronized(environment.Error).WriteLine), request.Options, cancellation)
            .GetAwaiter().GetResult();
        Keep(report, PinnedRuns.DecisionOf(request.OutputRoot, run.RunId), environment.Error.WriteLine);
        GateOutput.Write(report, request.Format, request.Json, request.Notify, environment);
        return (report.ExitCode, report);
    }

    // A folder that cannot be written does not change the verdict.
    private static void Keep(GateReport report, string path, Action<string> message)
    {
        try
        {
            GateDecision.Write(report, path);
        }
        catch (ResultsException error)
        {
            message(error.Message);
        }
    }

    private static BuildPairs Runner(GateRequest request, ResultStore store, RunRecord run, PinFile pin, TimeProvider clock, Action<string> message)
    {
        // A short history sends every series to confirmation, so a cell is measured as a whole.
        var nights = store.Runs().Count(other => other.PlanName == run.PlanName && other.StartedUtc < run.StartedUtc);
        var kept = new KeptPairs(request.Confirmations ?? PinnedRuns.ConfirmationsBelow(request.OutputRoot), message);
        return new BuildPairs(store, run, pin, kept, Bench(request, store, run, pin, message), nights < request.Options.MinimumNights, clock, message);
    }

    private static BuildBench? Bench(GateRequest request, ResultStore store, RunRecord run, PinFile pin, Action<string> message)
    {
        if ((request.BaselineBuild ?? KeptBuilds.Find(request.OutputRoot, pin, message)) is not { } folder)
        {
            return null;
        }

        var build = BuildIdentity.OfFolder(folder);
        if (build != pin.BuildId)
        {
            message($"The baseline program '{folder}' is build {build ?? "unknown"}; the pin was measured by build {pin.BuildId}.");
        }

        if (run.BuildId != BuildIdentity.Current.BuildId)
        {
            message($"Run {run.RunId} was measured by build {run.BuildId}, this program is build {BuildIdentity.Current.BuildId}: confirmations measure this program.");
        }

        IReadOnlyList<string> devices = request.Devices is { } named
            ? DeviceList.Resolve(named, workersPerDevice: 1)
            : [store.Environment(run.RunId).FirstOrDefault(entry => entry.Name == "settings.device")?.Parts[^1] ?? "auto"];
        var pairs = new InterleavedPairs(new FreshTimingProcess(folder), new FreshTimingProcess(), devices, message);
        return new BuildBench(build, BuildIdentity.Current.BuildId, pairs, request.MeasuresAgain);
    }
}
