using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Cluster.Estimates;

/// <summary>
/// How long a plan takes on so many devices: its cells given to the first free device, longest first, as <c>lt2 run --devices</c> does it, then the time cells one
/// after the other with one host to themselves.
/// </summary>
/// <param name="Devices">Devices.</param>
/// <param name="SideBySideSeconds">Train, curriculum, convert and score cells.</param>
/// <param name="AloneSeconds">Time cells.</param>
/// <param name="LongestChainSeconds">The longest chain of cells that wait for one another: no number of devices goes below it.</param>
public sealed record Capacity(int Devices, double SideBySideSeconds, double AloneSeconds, double LongestChainSeconds)
{
    /// <summary>Both parts.</summary>
    public double TotalSeconds => SideBySideSeconds + AloneSeconds;

    /// <summary>Plays the schedule through.</summary>
    public static Capacity Of(IReadOnlyList<CellDefinition> cells, CellTimes times, int devices)
    {
        var order = CellOrder.LongestFirst(cells, times);
        var waiting = order.Where(cell => cell.Kind != CellKind.Time).ToList();
        var chain = CellOrder.Remaining(cells, times);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        var underWay = new PriorityQueue<CellDefinition, double>();
        double now = 0;
        while (waiting.Count > 0 || underWay.Count > 0)
        {
            while (underWay.Count < devices && waiting.FirstOrDefault(cell => cell.Parents.All(parent => ended.Contains(parent.Id))) is { } next)
            {
                waiting.Remove(next);
                underWay.Enqueue(next, now + times.Estimate(next).Seconds);
            }

            underWay.TryDequeue(out var done, out now);
            ended.Add(done!.Id);
        }

        return new Capacity(
            devices,
            now,
            cells.Where(cell => cell.Kind == CellKind.Time).Sum(cell => times.Estimate(cell).Seconds),
            cells.Where(cell => cell.Kind != CellKind.Time).Select(cell => chain[cell.Id]).DefaultIfEmpty(0).Max());
    }
}
