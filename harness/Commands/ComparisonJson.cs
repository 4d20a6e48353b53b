using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Commands;

/// <summary>The shape of <c>lt2 compare --json</c>.</summary>
internal static class ComparisonJson
{
    public static object Of(ComparisonReport report) => new
    {
        baseline = Run(report.Baseline),
        candidate = Run(report.Candidate),
        rows = report.Rows.Select(row => new { series = SeriesTitle.Of(row.Key), seriesId = SeriesIdentity.Of(row.Key), comparison = row }),
        refused = report.Refused.Select(item => new { series = SeriesTitle.Of(item.Key), item.InBaseline, item.InCandidate, item.Reason }),
        environmentDifferences = report.EnvironmentDifferences.Select(fact => new { name = fact.Name, baseline = fact.Baseline, candidate = fact.Candidate }),
    };

    private static object Run(RunRecord run) => new { run.RunId, run.PlanName, run.BuildId, run.Commit, run.StartedUtc, run.HostClass };
}
