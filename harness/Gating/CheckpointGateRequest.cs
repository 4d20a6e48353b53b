using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Gating;

/// <summary>Which two checkpoints to judge, by what, and how to say it.</summary>
/// <param name="OutputRoot">Below it lies the store that receives both sides' scores.</param>
/// <param name="Baseline">Checkpoint folder that is measured against.</param>
/// <param name="Candidate">Checkpoint folder that is judged.</param>
/// <param name="Plan">Shipped plan's name or path: its tests and timings are asked of both.</param>
/// <param name="Parts">Names of the plan's parts that are wanted; null for all.</param>
/// <param name="Device">Name of the device.</param>
/// <param name="Data">Value of <c>--data</c>.</param>
/// <param name="Options">Settings of the gate.</param>
/// <param name="Format">How the report is written.</param>
/// <param name="Json">One JSON document instead.</param>
/// <param name="Notify">Shell command for every verdict but pass; null for none.</param>
internal sealed record CheckpointGateRequest(
    string OutputRoot, string Baseline, string Candidate, string Plan, IReadOnlyList<string>? Parts, string Device, string? Data,
    GateOptions Options, GateReportFormat Format, bool Json, string? Notify);
