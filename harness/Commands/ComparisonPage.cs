using LT2.Eval.Harness.Execution;
using LT2.Eval.Reports;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary>Writes the pages of a run beside the run it is compared with.</summary>
internal static class ComparisonPage
{
    /// <summary>The path of the site's first page.</summary>
    /// <param name="store">Holds the runs.</param>
    /// <param name="outputRoot">Below it lie the pages and pins.</param>
    /// <param name="candidateRunId">The run that is reported.</param>
    /// <param name="baselineRunId">The run it is compared with; left out where it is the same run, or not in this store.</param>
    /// <param name="gate">What the gate decided; null when it was not asked.</param>
    public static string Write(ResultStore store, string outputRoot, string candidateRunId, string? baselineRunId, GateReport? gate = null) =>
        Path.GetFullPath(ReportSite.Write(store, new ReportOptions
        {
            OutputFolder = RunFolder.SiteIn(outputRoot),
            RunId = candidateRunId,
            ReferenceRunId = baselineRunId != candidateRunId && store.Runs().Any(run => run.RunId == baselineRunId) ? baselineRunId : null,
            Gate = gate,
            PinFolder = RunFolder.PinsIn(outputRoot),
        }).IndexPath);
}
