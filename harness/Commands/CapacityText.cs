using System.Globalization;
using LT2.Eval.Harness.Cluster.Estimates;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary>How long a plan would take on one device and on many, from measured cells.</summary>
internal static class CapacityText
{
    private static readonly int[] DeviceCounts = [1, 8, 64];

    public static void Write(IReadOnlyList<CellDefinition> cells, string outputRoot, TextWriter writer)
    {
        if (cells.Count == 0)
        {
            return;
        }

        var times = CellTimes.None;
        if (File.Exists(RunFolder.StoreBelow(outputRoot)))
        {
            using var store = ResultStore.Open(RunFolder.StoreBelow(outputRoot), StoreAccess.ReadOnly);
            times = CellTimes.Of(store);
        }

        times.Learn(cells);
        var sources = cells.Select(cell => times.Estimate(cell).Source).CountBy(source => source).OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {Word(pair.Key)}");
        writer.WriteLine($"Estimated time ({string.Join(", ", sources)}{(times.HostClass is { } host ? $"; measured on {host}" : "")}):");
        var one = Capacity.Of(cells, times, 1);
        foreach (var capacity in DeviceCounts.Select(count => Capacity.Of(cells, times, count)))
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {capacity.Devices,2} device{(capacity.Devices == 1 ? " " : "s")}  {DurationText.Of(capacity.TotalSeconds),8}: train and score {DurationText.Of(capacity.SideBySideSeconds)}, time cells alone {DurationText.Of(capacity.AloneSeconds)}; {one.TotalSeconds / Math.Max(capacity.TotalSeconds, 1e-9):0.0} times as fast as one"));
        }

        writer.WriteLine($"  never below {DurationText.Of(one.LongestChainSeconds + one.AloneSeconds)}: the longest chain of cells that wait for one another, then the time cells.");
        if (cells.GroupBy(cell => cell.Kind).Any(kind => kind.Any(cell => times.Estimate(cell).Source == EstimateSource.Assumed)))
        {
            writer.WriteLine("  'assumed' means that no cell of the kind was measured in this store: a slow CPU's pace is taken, far from any GPU's. Run a few cells of the same variants and kinds,");
            writer.WriteLine("  or merge a record of a host like yours (such as lt2 merge results/pinned/nightly.store.br, an H200), for figures to rely on.");
        }
    }

    private static string Word(EstimateSource source) => source switch
    {
        EstimateSource.Measured => "measured",
        EstimateSource.Scaled => "scaled by operations",
        EstimateSource.Planned => "as long as the plan says",
        _ => "assumed",
    };
}
