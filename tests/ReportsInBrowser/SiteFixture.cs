using LT2.Eval.Reports.Tests.Samples;

namespace LT2.Eval.ReportsInBrowser.Tests;

/// <summary>The sites the tests open, written once.</summary>
public sealed class SiteFixture : IDisposable
{
    public WrittenSite Full { get; } = new(SampleInputs.Full());

    public WrittenSite Hostile { get; } = new(SampleInputs.Hostile());

    public void Dispose()
    {
        Full.Dispose();
        Hostile.Dispose();
    }
}
