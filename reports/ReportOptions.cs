using LT2.Eval.Results.Claims;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Reports;

/// <summary>What to write, and where.</summary>
public sealed record ReportOptions
{
    /// <summary>Folder of the site; created if absent. Files of an earlier site in it are replaced, other files are left alone.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Run to report; null for the newest of the store.</summary>
    public string? RunId { get; init; }

    /// <summary>Run to compare with; null for the pin, and without a pin for none.</summary>
    public string? ReferenceRunId { get; init; }

    /// <summary>What the gate decided about the run; its pin is the reference then. Null when it was not asked.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>Folder of the accepted baselines (<c>PLAN.json</c>); null when there are none.</summary>
    public string? PinFolder { get; init; }

    /// <summary>Claims that the run's plan set out to test.</summary>
    public IReadOnlyList<ClaimDefinition> Claims { get; init; } = [];

    /// <summary>Most runs that history pages show, newest kept.</summary>
    public int HistoryRuns { get; init; } = 200;

    /// <summary>Pages rendered at once.</summary>
    public int Parallelism { get; init; } = Math.Max(1, Environment.ProcessorCount);
}
