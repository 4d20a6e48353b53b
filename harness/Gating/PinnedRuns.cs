using LT2.Eval.Harness.Execution;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Gating;

/// <summary>The accepted baselines below an output root.</summary>
internal static class PinnedRuns
{
    /// <summary>Path of a plan's pin.</summary>
    public static string PathOf(string outputRoot, string planName) => Path.Combine(RunFolder.PinsIn(outputRoot), $"{planName}.json");

    /// <summary>Path of what the gate decided about a run.</summary>
    public static string DecisionOf(string outputRoot, string runId) => Path.Combine(RunFolder.RunsIn(outputRoot), "gates", $"{runId}.json");

    /// <summary>Path of the pairs that confirmations measured.</summary>
    public static string ConfirmationsBelow(string outputRoot) => Path.Combine(RunFolder.RunsIn(outputRoot), "gates", "confirmations.jsonl");

    /// <summary>What the gate decided about a run against its plan's present pin; null where it was not asked.</summary>
    public static GateReport? Decision(string outputRoot, RunRecord run) =>
        File.Exists(PathOf(outputRoot, run.PlanName)) ? GateDecision.Read(DecisionOf(outputRoot, run.RunId), PinFile.Read(PathOf(outputRoot, run.PlanName))) : null;

    /// <summary>Every pin; none where the folder is missing.</summary>
    public static IReadOnlyList<PinFile> All(string outputRoot) => Directory.Exists(RunFolder.PinsIn(outputRoot))
        ? [.. Directory.EnumerateFiles(RunFolder.PinsIn(outputRoot), "*.json").Order(StringComparer.Ordinal).Select(PinFile.Read)]
        : [];
}
