using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Samples;

/// <summary>Inputs that several tests share.</summary>
public static class SampleInputs
{
    public const string Attack = "\"><img src=x onerror=alert(1)><script>alert(2)</script>\u202e{{1}} </style>";

    private static readonly Lazy<ReportInput> FullInput = new(() => With(Reference(), SampleRun.Create(shift: 0.08, latencyFactor: 1.1, gpu: "B200")));

    private static readonly Lazy<ReportInput> HostileInput = new(() => With(Attacked(Reference()), Attacked(SampleRun.Create(shift: 0.08)), Attack));

    /// <summary>Everything a page can show.</summary>
    public static ReportInput Full() => FullInput.Value;

    /// <summary>The attack in every text that data sets, models, plans or file names can reach.</summary>
    public static ReportInput Hostile() => HostileInput.Value;

    private static RunData Reference()
    {
        var data = SampleRun.Create("20260201T020000Z-d4e5f6");
        return data with
        {
            Run = data.Run with { StartedUtc = SampleRun.Start.AddDays(-28), FinishedUtc = SampleRun.Start.AddDays(-28).AddMinutes(40), BuildId = "fedc4321" },
            Metrics = [.. data.Metrics.Skip(1)],
        };
    }

    private static ReportInput With(RunData reference, RunData run, string text = "")
    {
        string[] runs = [.. Enumerable.Range(0, 40).Select(index => index == 39 ? run.Run.RunId : $"20260101T020000Z-{index:D6}")];
        using var stored = new StoredRun(reference, run);
        var comparison = RunComparison.Compare(new ComparisonSide(stored.Store, reference.Run.RunId), new ComparisonSide(stored.Store, run.Run.RunId));
        return new ReportInput(
            run, reference, comparison, null, SampleHistory.Of(run, runs), [new PinMark(runs[12], SampleRun.Start.AddDays(-27), "someone", "first release")],
            [new EnvironmentChange(runs[20], SampleRun.Start.AddDays(-19), ["gpu.name: H200 → B200"])])
        {
            Claims = SampleClaims.Of(run, text),
        };
    }

    private static RunData Attacked(RunData run) => run with
    {
        Run = run.Run with { PlanName = Attack, PlanText = Attack, CommandLine = Attack, HostClass = Attack, Commit = Attack },
        Cells = [.. run.Cells.Select(cell => cell with { Title = Attack + cell.Title, Reason = cell.Reason is null ? null : Attack, VariantId = Attack + cell.VariantId })],
        Metrics = [.. run.Metrics.Select(metric => metric with
        {
            Key = metric.Key with { TaskId = Attack, Metric = Attack, VariantId = Attack + metric.Key.VariantId, CaseParameters = metric.Key.CaseParameters + ";x=" + Attack },
        })],
        Samples = [.. run.Samples.Select(sample => sample with { SampleId = sample.SampleId + Attack, Metric = Attack, Answer = Attack, Expected = Attack, Slice = sample.Slice is { } slice ? slice + Attack : null })],
        Environment = [new EnvironmentEntry(Attack, Attack + run.Run.RunId)],
        Events = [new EventRecord(SampleRun.Start, null, "warning", Attack)],
    };
}
