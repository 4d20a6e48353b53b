using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Samples;

/// <summary>Inputs that several tests share.</summary>
public static class SampleInputs
{
    public const string Attack = "\"><img src=x onerror=alert(1)><script>alert(2)</script>\u202e{{1}} </style>";

    /// <summary>Everything a page can show.</summary>
    public static ReportInput Full() => ReportInput.Of(SampleRun.Create());

    /// <summary>The attack in every text that data sets, models, plans or file names can reach.</summary>
    public static ReportInput Hostile()
    {
        var run = SampleRun.Create();
        return ReportInput.Of(run with
        {
            Run = run.Run with { PlanName = Attack, PlanText = Attack, CommandLine = Attack, HostClass = Attack, Commit = Attack },
            Cells = [.. run.Cells.Select(cell => cell with { Title = Attack + cell.Title, Reason = cell.Reason is null ? null : Attack, VariantId = Attack + cell.VariantId })],
            Metrics = [.. run.Metrics.Select(metric => metric with
            {
                Key = metric.Key with { TaskId = Attack, Metric = Attack, VariantId = Attack + metric.Key.VariantId, CaseParameters = metric.Key.CaseParameters + ";x=" + Attack },
            })],
            Samples = [.. run.Samples.Select(sample => sample with { SampleId = sample.SampleId + Attack, Answer = Attack, Expected = Attack, Slice = Attack })],
            Environment = [new EnvironmentEntry(Attack, Attack)],
            Events = [new EventRecord(SampleRun.Start, null, Attack, Attack)],
        });
    }
}
