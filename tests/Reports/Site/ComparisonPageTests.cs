using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Reports.Tests.Site;

public sealed class ComparisonPageTests
{
    [Fact]
    public void The_comparison_shows_machine_differences_verdicts_and_what_is_missing()
    {
        using var site = new WrittenSite(SampleInputs.Full());
        var html = site.Read("compare.html");
        Assert.Contains("<td>gpu.name</td><td class=\"long\">H200</td><td class=\"long\">B200</td>", html, StringComparison.Ordinal);
        Assert.Contains("worse</span>", html, StringComparison.Ordinal);
        Assert.Contains("Series that could not be compared", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_series_that_did_not_surely_change_equivalent_ones_are_counted_and_inconclusive_ones_listed()
    {
        var input = SampleInputs.Full();
        var row = input.Comparison!.Rows.First(row => row.Key.Slice is null && row.Key.SuiteId == "recall");
        MetricComparison Row(int index, ComparisonVerdict verdict) => row with { Key = row.Key with { CaseParameters = $"length={index}" }, Verdict = verdict };
        MetricComparison[] rows = [.. Enumerable.Range(0, 600).Select(index => Row(index, ComparisonVerdict.Equivalent)), Row(600, ComparisonVerdict.Inconclusive), Row(601, ComparisonVerdict.Inconclusive)];
        using var site = new WrittenSite(input with { Comparison = input.Comparison with { Rows = rows } });
        var html = site.Read("compare.html");

        Assert.Contains("<td>recall/mqar</td><td>accuracy</td><td class=\"number\">600</td><td class=\"number\">2</td>", html, StringComparison.Ordinal);
        Assert.Contains("The 2 inconclusive series", html, StringComparison.Ordinal);
        Assert.All([600, 601], length => Assert.Contains($"mqar, length {length}", html, StringComparison.Ordinal));
        Assert.DoesNotContain("<span>mqar, length 17", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gate_s_decision_is_the_banner_and_its_findings_follow()
    {
        var (reference, run) = (SampleRun.Create("20260201T020000Z-d4e5f6"), SampleRun.Create());
        using var stored = new StoredRun(reference with { Run = reference.Run with { StartedUtc = SampleRun.Start.AddDays(-1) } }, run);
        var pin = PinFile.Of(stored.Store, reference.Run.RunId, "first release", "someone", SampleRun.Start.AddHours(-1), null, null);
        var gate = await NightlyGate.EvaluateAsync(stored.Store, run.Run.RunId, pin, null, cancellation: TestContext.Current.CancellationToken);
        using var site = new WrittenSite(ReportInputLoader.Load(stored.Store, new ReportOptions { OutputFolder = "", Gate = gate }));
        var html = site.Read("index.html");
        Assert.Contains(gate.Verdict.ToString().ToUpperInvariant(), html, StringComparison.Ordinal);
        Assert.Contains("What the gate found", html, StringComparison.Ordinal);
        Assert.Contains("first release", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_that_the_gate_did_not_judge_say_so_and_blocking_findings_are_counted_by_variant()
    {
        var input = SampleInputs.Full();
        var key = input.Run.Metrics[0].Key;
        var pin = new PinFile(1, "plan", "hash", "run", "build", null, null, "reason", "a person", DateTimeOffset.UnixEpoch, null, "digest", []);
        GateFinding[] findings =
        [
            new("quality", "compare", FindingStatus.Blocking, key with { VariantId = "lt2-gdn@tiny" }, "Worse."), new("quality", "compare", FindingStatus.Blocking, key with { VariantId = "lt2-gdn@tiny" }, "Worse."),
            new("validity", "canary", FindingStatus.Undecided, null, "The canary workload moved by +24.9%."),
        ];
        using var site = new WrittenSite(input with { Gate = new GateReport(GateVerdict.Regressed, "Worse.", findings, null, pin, "run", 3) });

        var others = new LT2.Eval.Reports.Views.ReportModel(input).Variants.Remove("lt2-gdn@tiny");
        Assert.NotEmpty(others);
        Assert.Contains($"Blocking findings by variant: lt2-gdn@tiny 2; none for {string.Join(", ", others)}.", System.Net.WebUtility.HtmlDecode(site.Read("index.html")), StringComparison.Ordinal);
        Assert.All(["index.html", "latency.html"], page => Assert.Contains("The gate did not judge these times. The canary workload moved by +24.9%.", System.Net.WebUtility.HtmlDecode(site.Read(page)), StringComparison.Ordinal));
    }

    [Fact]
    public void The_pin_of_the_plan_is_the_reference()
    {
        var (reference, run) = (SampleRun.Create("20260201T020000Z-d4e5f6"), SampleRun.Create());
        using var stored = new StoredRun(reference with { Run = reference.Run with { StartedUtc = SampleRun.Start.AddDays(-1) } }, run);
        var folder = Directory.CreateTempSubdirectory("lt2-pins-").FullName;
        try
        {
            PinFile.Of(stored.Store, reference.Run.RunId, "first release", "someone", SampleRun.Start, null, null).Write(Path.Combine(folder, "standard.json"));
            var input = ReportInputLoader.Load(stored.Store, new ReportOptions { OutputFolder = "", PinFolder = folder });
            Assert.Equal(reference.Run.RunId, input.Reference!.Run.RunId);
            Assert.Equal("first release", Assert.Single(input.Pins).Reason);
            Assert.NotNull(input.Comparison);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
