using System.Collections.Immutable;
using LT2.Eval.Reports.Input;
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
            [new("Device"), new("Cells of kind"), new("Cells", true), new("Device time", true), new("Cells a minute of device time", true), new("Busy", true)],
            [
                .. devices.SelectMany(device => device.GroupBy(cell => cell.Kind).OrderBy(kind => kind.Key)
                    .Select(kind => Row(device.Key, kind.Key.ToString().ToLowerInvariant(), [.. kind.Select(cell => cell.DeviceUse!)]))
                    .Append(Row(device.Key, "all", [.. device.Select(cell => cell.DeviceUse!)]))),
            ]);
    }

    /// <summary>Says which devices were several of one name: their time adds up to more than the run took. Empty where there is none, or the run has no end.</summary>
    public static string Shared(RunData data)
    {
        if (data.Run.FinishedUtc is not { } end)
        {
            return "";
        }
        var wall = (end - data.Run.StartedUtc).TotalSeconds;
        return string.Join(' ', data.Cells.Select(cell => cell.DeviceUse).OfType<DeviceUse>().GroupBy(use => use.Device).OrderBy(group => group.Key, NaturalOrder.Instance)
            .Select(group => (Name: group.Key, Seconds: group.Sum(use => use.Seconds))).Where(device => device.Seconds > Slack * wall)
            .Select(device => $"The time of {VisibleText.Of(device.Name)} adds up to {Quantity.Elapsed(device.Seconds)} in a run of {Quantity.Elapsed(wall)}: parts of the run, carried out by several processes or hosts, had a device of that name each."));
    }

    // Cells end a little after the run's clock was read.
    private const double Slack = 1.02;

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
