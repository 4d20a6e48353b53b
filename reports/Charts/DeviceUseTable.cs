using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Charts;

/// <summary>What a run took of each device, by kind of cell: time, cells a minute, and how busy the device was.</summary>
internal static class DeviceUseTable
{
    /// <summary>A row for each device and kind of cell and one for each device; null where nothing was recorded.</summary>
    public static ChartTable? Of(IReadOnlyList<CellRecord> cells)
    {
        var devices = cells.Where(cell => cell.DeviceUse is not null).GroupBy(cell => cell.DeviceUse!.Device).OrderBy(group => group.Key, NaturalOrder.Instance).ToList();
        return devices.Count == 0 ? null : new(
            "What the cells took of their devices",
            [new("Device"), new("Cells of kind"), new("Cells", true), new("Device time", true), new("Cells a minute", true), new("Busy", true)],
            [
                .. devices.SelectMany(device => device.GroupBy(cell => cell.Kind).OrderBy(kind => kind.Key)
                    .Select(kind => Row(device.Key, kind.Key.ToString().ToLowerInvariant(), [.. kind.Select(cell => cell.DeviceUse!)]))
                    .Append(Row(device.Key, "all", [.. device.Select(cell => cell.DeviceUse!)]))),
            ]);
    }

    private static ImmutableArray<string> Row(string device, string kind, DeviceUse[] uses)
    {
        var seconds = uses.Sum(use => use.Seconds);
        var sampled = uses.Where(use => use.BusyShare is not null).ToArray();
        double? busy = sampled.Length == 0 ? null : sampled.Sum(use => use.Seconds * use.BusyShare!.Value) / sampled.Sum(use => use.Seconds);
        return
        [
            VisibleText.Of(device), kind, Quantity.Count(uses.Length), Quantity.Elapsed(seconds), Quantity.Number(seconds > 0 ? 60 * uses.Length / seconds : null),
            busy is { } share ? Quantity.Number(100 * share) + " %" : "–",
        ];
    }
}
