using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary>Judges one checkpoint against another: a plan's tests asked of both, its timings measured side by side.</summary>
internal static class CheckpointGateSession
{
    /// <summary>The exit code.</summary>
    /// <exception cref="PlanException">The plan's tests do not fit a checkpoint; every problem of both at once, before anything is scored.</exception>
    public static int Judge(CheckpointGateRequest request, CommandEnvironment environment, CancellationToken cancellation)
    {
        var named = PlanSession.Open(request.Plan, request.Data, environment.Plugins).Plan;
        var plan = request.Parts is { } parts ? PlanParts.Select(named, parts) : named;
        var (baseline, candidate) = Open(request, plan, environment);
        var (first, second) = (Run(request, baseline, environment, cancellation), Run(request, candidate, environment, cancellation));
        cancellation.ThrowIfCancellationRequested();

        using var store = ResultStore.Open(RunFolder.StoreBelow(request.OutputRoot), StoreAccess.ReadOnly);
        var pairs = new CheckpointPairs(
            plan, CheckpointFolder.ReadMetadata(request.Candidate), request.Device,
            new CheckpointTimingProcess(request.Baseline, new FreshTimingProcess()), new CheckpointTimingProcess(request.Candidate, new FreshTimingProcess()),
            environment.Error.WriteLine);
        var pin = PinFile.Of(store, first, $"baseline checkpoint '{request.Baseline}'", "this command", environment.Clock.GetUtcNow(), null, null);
        var report = CheckpointGate.EvaluateAsync(
            Side(store, first, request.Baseline), Side(store, second, request.Candidate), pin, pairs.Times, pairs.Memory, pairs, request.Options, cancellation)
            .GetAwaiter().GetResult();
        GateOutput.Write(report, request.Format, request.Json, request.Notify, environment);
        return report.ExitCode;
    }

    private static (PlanSession Baseline, PlanSession Candidate) Open(CheckpointGateRequest request, PlanDefinition plan, CommandEnvironment environment)
    {
        var problems = new List<string>();
        var sessions = new[] { request.Baseline, request.Candidate }.Select(folder =>
        {
            try
            {
                return PlanSession.OpenText($"{plan.Source}, asked of '{folder}'", CheckpointPlan.Write(plan, folder), request.Data, environment.Plugins);
            }
            catch (PlanException error)
            {
                problems.AddRange(error.Problems);
                return null;
            }
        }).ToList();
        return problems.Count == 0 ? (sessions[0]!, sessions[1]!) : throw new PlanException([.. problems.Distinct(StringComparer.Ordinal)]);
    }

    private static string Run(CheckpointGateRequest request, PlanSession session, CommandEnvironment environment, CancellationToken cancellation)
    {
        session.FetchMissingData(environment.Error.WriteLine);
        var options = new RunOptions(request.OutputRoot, request.Device, StartNew: true, null, null, environment.CommandLine, DataFolder: request.Data);
        return RunProgressDisplay.Show(environment, progress => session.Run(options, environment.Clock, progress, cancellation)).RunId;
    }

    // The variant and what it was trained as are what differs, so they are named and not matched.
    private static ComparisonSide Side(ResultStore store, string runId, string folder)
    {
        var metadata = CheckpointFolder.ReadMetadata(folder);
        return new ComparisonSide(store, runId, metadata.Definition.VariantId, metadata.TrainedLoopCount);
    }
}
