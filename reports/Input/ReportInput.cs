using LT2.Eval.Results.Claims;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Reports.Input;

/// <summary>Everything the pages are made of; equal inputs give equal bytes.</summary>
/// <param name="Run">The run that is reported.</param>
/// <param name="Reference">The run it is compared with (the pin, or one that was named); null when there is none.</param>
/// <param name="Comparison">Its comparison with that run; null when there is none.</param>
/// <param name="Gate">What the gate decided; null when it was not asked.</param>
/// <param name="History">Series through time; may be empty.</param>
/// <param name="Pins">Accepted baselines, oldest first.</param>
/// <param name="EnvironmentChanges">Runs of the history whose machine or settings changed, oldest first.</param>
public sealed record ReportInput(
    RunData Run,
    RunData? Reference,
    ComparisonReport? Comparison,
    GateReport? Gate,
    IReadOnlyList<HistorySeries> History,
    IReadOnlyList<PinMark> Pins,
    IReadOnlyList<EnvironmentChange> EnvironmentChanges)
{
    /// <summary>The claims of the run's plan beside what was measured.</summary>
    public IReadOnlyList<ClaimFinding> Claims { get; init; } = [];

    /// <summary>One run, with nothing to compare it with.</summary>
    /// <param name="run">The run.</param>
    public static ReportInput Of(RunData run) => new(run, null, null, null, [], [], []);
}
