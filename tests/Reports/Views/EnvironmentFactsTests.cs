using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class EnvironmentFactsTests
{
    private static EventRecord Changed(int minute, string name, string from, string to) =>
        new(SampleRun.Start.AddMinutes(minute), null, "warning", $"{name} changed from '{from}' to '{to}'.");

    private static readonly RunData Run = SampleRun.Create() with
    {
        Environment = [new("settings.workers", "1"), new("driver", "560.2"), new("GPU memory bytes", "150109880320")],
        Events = [Changed(2, "settings.workers", "2", "1"), Changed(1, "settings.workers", "14", "2"), Changed(3, "driver", "550.1", "560.2")],
    };

    [Fact]
    public void Values_of_the_parts_stand_together_though_the_store_holds_the_last() =>
        Assert.Equal([("GPU memory bytes", "150109880320"), ("driver", "560.2"), ("settings.workers", "14; 2; 1")], EnvironmentFacts.Of(Run).Select(entry => (entry.Name, entry.Value)));

    [Fact]
    public void Other_workers_are_no_warning_on_the_overview_and_another_driver_is()
    {
        using var site = new WrittenSite(ReportInput.Of(Run));
        Assert.DoesNotContain("settings.workers changed", site.Read("index.html"), StringComparison.Ordinal);
        Assert.Contains("driver changed from", site.Read("index.html"), StringComparison.Ordinal);
        Assert.Contains("settings.workers changed", site.Read("environment.html"), StringComparison.Ordinal);
        Assert.Contains("<td class=\"long\">140 GiB (150,109,880,320 bytes)</td>", site.Read("environment.html"), StringComparison.Ordinal);
    }
}
