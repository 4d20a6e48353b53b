using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Gating;

/// <summary>What to judge, and how to say it.</summary>
/// <param name="OutputRoot">Below it lie store and pins.</param>
/// <param name="Run">Run id or its beginning; null for the newest.</param>
/// <param name="BaselineBuild">Folder of the baseline's program; null for the one kept with the pin.</param>
/// <param name="Devices">Devices that confirm side by side, as <c>--devices</c> names them; null for the run's own.</param>
/// <param name="Confirmations">File of kept pairs; null for the one below the output root.</param>
/// <param name="MeasuresAgain">Kept pairs do not count.</param>
/// <param name="Options">Settings of the gate.</param>
/// <param name="Format">How the report is written.</param>
/// <param name="Json">One JSON document instead.</param>
/// <param name="Notify">Shell command for every verdict but pass; null for none.</param>
internal sealed record GateRequest(
    string OutputRoot, string? Run, string? BaselineBuild, string? Devices, string? Confirmations, bool MeasuresAgain, GateOptions Options, GateReportFormat Format, bool Json, string? Notify);
