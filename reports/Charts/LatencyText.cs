using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Reports.Charts;

/// <summary>Titles and tables of the latency page.</summary>
internal static class LatencyText
{
    /// <summary><c>Prefill, batch 1</c>.</summary>
    public static string PhaseTitle(string phase, int batchSize) =>
        string.Create(CultureInfo.InvariantCulture, $"{(phase switch { "" => "unnamed phase", "train" => "Training step", _ => char.ToUpperInvariant(phase[0]) + phase[1..] })}, batch {batchSize}");

    /// <summary>A warning where so many blocks ran under throttling or load that the times are the host's; null where they can be trusted.</summary>
    public static string? Tainted(IReadOnlyList<TimingBlockRecord> blocks)
    {
        var tainted = blocks.Where(block => block.IsTainted).ToList();
        return tainted.Count <= new GateOptions().TaintedShare * blocks.Count
            ? null
            : $"Read these times with caution: {Quantity.Count(tainted.Count)} of {Quantity.Count(blocks.Count)} timed blocks ran under throttling or load (the first: {VisibleText.Of(tainted[0].ThrottleReason ?? "no reason recorded")}).";
    }

    /// <summary>Why the times of a run are to be read with caution: its own blocks, else what kept the gate from judging them; null where they can be trusted.</summary>
    public static string? Caution(ReportInput input) => Tainted(input.Run.TimingBlocks)
        ?? (input.Gate?.Findings.FirstOrDefault(finding => finding is { Layer: "canary", Status: FindingStatus.Undecided }) is { } moved
            ? $"The gate did not judge these times. {VisibleText.Of(moved.Message)}"
            : null);

    /// <summary>Place of a phase on the page.</summary>
    public static string Anchor(string phase, int batchSize) => string.Create(CultureInfo.InvariantCulture, $"{ContentHash.Slug(phase)}-{batchSize}");

    /// <summary>Medians at the longest length of every curve.</summary>
    public static ChartTable Longest(IEnumerable<LatencyCurve> curves) => new(
        "Latency of the longest sequence",
        [
            new("Phase"), new("Variant"), new("Loops", true), new("Batch", true), new("n (tokens)", true), new("Median [p10, p90]", true), new("Tokens per second", true),
            new("Slope of log latency on log n", true),
        ],
        [
            .. curves.Where(curve => !curve.Points.IsEmpty).Select(curve =>
            {
                var last = curve.Points[^1];
                return ImmutableArray.Create(
                    curve.Phase, curve.VariantId, Quantity.Count(curve.LoopCount), Quantity.Count(curve.BatchSize), Quantity.Count(last.SequenceLength),
                    Quantity.WithInterval(last.MedianMilliseconds, last.P10Milliseconds, last.P90Milliseconds, "ms"), Quantity.Number(curve.TokensPerSecond(last)),
                    curve.Slope is { } slope ? Quantity.WithInterval(slope.Exponent.Value, slope.Exponent.Low, slope.Exponent.High, "1") : "–");
            }),
        ]);

    /// <summary>Fitted and local slopes of every curve.</summary>
    public static ChartTable Slopes(IEnumerable<LatencyCurve> curves) => new(
        "Growth with sequence length: slope of log latency on log n",
        [new("Variant"), new("Loops", true), new("Fitted slope [95 % interval]", true), new("Median of slopes", true), new("Fitted over n", true), new("Local slopes, shortest to longest", true, IsLong: true), new("Fixed + n + n² at the longest (fit over all lengths)", true, IsLong: true)],
        [
            .. curves.Select(curve => ImmutableArray.Create(
                curve.VariantId,
                Quantity.Count(curve.LoopCount),
                curve.Slope is { } fit ? Quantity.WithInterval(fit.Exponent.Value, fit.Exponent.Low, fit.Exponent.High, "1") : "needs three lengths",
                Quantity.Number(curve.Slope?.MedianOfSlopes),
                curve.Slope is { } range ? $"{Quantity.Count(range.FromLength)} to {Quantity.Count(range.ToLength)}" : "–",
                string.Join(", ", curve.LocalSlopes.Select(local => Quantity.Number(local.Exponent))),
                Parts(curve))),
        ]);

    // Where a slope is a mixture, the three costs say of what: c₀ + c₁n + c₂n² with no part below zero.
    private static string Parts(LatencyCurve curve)
    {
        if (curve.Points.Length < 4)
        {
            return "needs four lengths";
        }
        var fit = QuadraticCostFit.Of([.. curve.Points.Select(point => ((double)point.SequenceLength, point.MedianMilliseconds))]);
        double length = curve.Points[^1].SequenceLength;
        var whole = fit.At(length);
        return string.Join(" + ", new[] { fit.Constant, fit.Linear * length, fit.Quadratic * length * length }.Select(part => $"{Quantity.Number(Math.Round(100 * part / whole, 1))} %"));
    }

    /// <summary>Where one variant overtakes another, for every pair at the same loop count.</summary>
    public static ChartTable Crossovers(IEnumerable<LatencyCurve> curves)
    {
        var rows = curves.GroupBy(curve => curve.LoopCount).OrderBy(group => group.Key).SelectMany(group =>
        {
            LatencyCurve[] members = [.. group];
            return members.SelectMany((first, index) => members.Skip(index + 1).Select(second => Crossover.Between(first, second)))
                .OfType<Crossover>()
                .Select(cross => ImmutableArray.Create(
                    Quantity.Count(group.Key),
                    cross.Faster,
                    cross.Slower,
                    cross.Length is { } length ? $"n ≈ {Quantity.Number(length)}" : "every timed length",
                    $"{Quantity.Number(cross.RatioAtLargest)}× at n = {Quantity.Count(cross.LargestLength)}"));
        });
        return new ChartTable("Which variant is faster on long sequences, and from which length on",
            [new("Loops", true), new("Faster"), new("Slower"), new("Faster from", true), new("Ratio of medians", true)], [.. rows]);
    }
}
