using System.CommandLine;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Commands;

/// <summary>The options with which <c>lt2 gate</c> judges one checkpoint against another.</summary>
internal sealed class CheckpointGateOptionSet
{
    private readonly Option<string?> baseline = new("--baseline-checkpoint") { Description = "Judge checkpoints instead of a run: the folder that is measured against." };

    private readonly Option<string?> candidate = new("--checkpoint") { Description = "The checkpoint folder that is judged." };

    private readonly Option<string?> plan = new("--plan") { Description = "Plan whose tests both checkpoints are asked and whose timings both are measured at, side by side." };

    private readonly Option<string?> only = new("--only") { Description = "These parts of that plan alone (names of experiments or timings, comma-separated)." };

    private readonly Option<string> device = CommonOptions.Device();

    private readonly Option<string?> data = CommonOptions.Data();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { baseline, candidate, plan, only, device, data })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether any of them is given: none means anything to the gate of a run, so none is passed over in silence.</summary>
    public bool Wanted(ParseResult parsed) => new Option[] { baseline, candidate, plan, only, device, data }.Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>What was asked, beside what every gate is told.</summary>
    public CheckpointGateRequest Read(ParseResult parsed, GateRequest common) =>
        parsed.GetValue(baseline) is { } first && parsed.GetValue(candidate) is { } second && parsed.GetValue(plan) is { } tests
            ? new CheckpointGateRequest(
                common.OutputRoot, first, second, tests, parsed.GetValue(only)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                parsed.GetValue(device)!, parsed.GetValue(data), common.Options, common.Format, common.Json, common.Notify)
            : throw new PlanException("Two checkpoints are judged with --baseline-checkpoint DIR, --checkpoint DIR and --plan PLAN; name all three.");
}
