using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>On which class of hosts a pin's times and sizes were measured: a pool of hosts may give tonight's run another.</summary>
public sealed class PinnedHosts
{
    private readonly HashSet<SeriesKey> pinned;
    private readonly ILookup<SeriesKey, string> hosts;

    /// <summary>Reads a pin's series.</summary>
    public PinnedHosts(PinFile pin)
    {
        pinned = [.. pin.Metrics.Select(metric => metric.Key)];
        hosts = pinned.Where(key => key.HostClass is not null).ToLookup(key => key with { HostClass = null }, key => key.HostClass!);
    }

    /// <summary>Another class of hosts of which the pin has this series; null where it has it of the series' own class, or of none.</summary>
    public string? Elsewhere(SeriesKey key) => pinned.Contains(key) ? null : hosts[key with { HostClass = null }].FirstOrDefault();
}
