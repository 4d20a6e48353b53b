using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;

namespace LT2.Eval.Reports.Tests.Input;

public sealed class ReportInputLoaderTests
{
    private static readonly RunData Sample = SampleRun.Create();

    private static RunData At(string id, int day, string gpu = "H200") => SampleRun.Create(id, gpu: gpu) is var data
        ? data with { Run = data.Run with { StartedUtc = SampleRun.Start.AddDays(day), FinishedUtc = SampleRun.Start.AddDays(day).AddHours(1) } }
        : throw new InvalidOperationException();

    private static ReportOptions Options(string? run = null, string? reference = null) => new() { OutputFolder = "", RunId = run, ReferenceRunId = reference };

    [Fact]
    public void A_stored_run_is_read_whole()
    {
        using var stored = new StoredRun(Sample);
        var run = ReportInputLoader.Load(stored.Store, Options()).Run;
        Assert.Equal(Sample.Cells.Count, run.Cells.Count);
        Assert.Equal(Sample.Metrics.ToHashSet(), run.Metrics.ToHashSet());
        Assert.Equal(Sample.Samples.ToHashSet(), run.Samples.ToHashSet());
        Assert.Equal(Sample.TimingBlocks.Count, run.TimingBlocks.Count);
        Assert.Equal(Sample.TrainingPoints.Count, run.TrainingPoints.Count);
        Assert.Equal(Sample.Environment, run.Environment);
    }

    [Fact]
    public void The_site_of_a_stored_run_is_the_site_of_its_records()
    {
        using var stored = new StoredRun(Sample);
        using var site = new WrittenSite(ReportInput.Of(Sample));
        var folder = Directory.CreateTempSubdirectory("lt2-site-").FullName;
        try
        {
            var summary = ReportSite.Write(stored.Store, new ReportOptions { OutputFolder = folder });
            Assert.Equal(site.Summary.Files, summary.Files);
            Assert.Equal(site.Read("quality.html"), File.ReadAllText(Path.Combine(folder, "quality.html")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_newest_run_is_reported_unless_another_is_named()
    {
        using var stored = new StoredRun(At("b", 2), At("a", 1));
        Assert.Equal("b", ReportInputLoader.Load(stored.Store, Options()).Run.Run.RunId);
        Assert.Equal("a", ReportInputLoader.Load(stored.Store, Options("a")).Run.Run.RunId);
    }

    [Fact]
    public void History_holds_the_runs_up_to_the_reported_one()
    {
        using var stored = new StoredRun(At("a", 1), At("b", 2), At("c", 3));
        var history = ReportInputLoader.Load(stored.Store, Options("b")).History;
        Assert.NotEmpty(history);
        Assert.All(history, series => Assert.Equal(["a", "b"], series.Points.Select(point => point.RunId)));
    }

    [Fact]
    public void A_change_of_the_machine_is_told_with_both_values()
    {
        using var stored = new StoredRun(At("a", 1), At("b", 2, gpu: "B200"));
        var change = Assert.Single(ReportInputLoader.Load(stored.Store, Options()).EnvironmentChanges);
        Assert.Equal(("b", "gpu.name: H200 → B200"), (change.RunId, Assert.Single(change.Differences)));
    }

    [Fact]
    public void A_store_without_runs_says_what_to_do()
    {
        using var stored = new StoredRun();
        var error = Assert.Throws<ReportException>(() => ReportInputLoader.Load(stored.Store, Options()));
        Assert.Contains("holds no runs yet", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_run_is_answered_with_the_newest_ones()
    {
        using var stored = new StoredRun(At("a", 1));
        var error = Assert.Throws<ReportException>(() => ReportInputLoader.Load(stored.Store, Options("x")));
        Assert.Contains("holds no run 'x'. Its newest runs are a.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_is_not_compared_with_itself()
    {
        using var stored = new StoredRun(At("a", 1));
        Assert.Throws<ReportException>(() => ReportInputLoader.Load(stored.Store, Options("a", "a")));
    }
}
