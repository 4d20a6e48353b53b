using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Gating.Simulation;

/// <summary>
/// Synthetic nights: log-normal noise of σ from night to night, one night in twenty on a slow host (all series of it slower by up to
/// 3 σ), and confirmations in which both builds share the host, so that each arm has 0.6 σ.
/// </summary>
internal sealed class SimulatedNights(double sigma, int seriesCount, ulong seed) : IConfirmationRunner
{
    private const double SlowNightShare = 0.05, SlowNightSigmas = 3, ConfirmationShare = 0.6;

    private readonly SeededGenerator _generator = new(seed);
    private readonly List<double>[] _logTimes = [.. Enumerable.Range(0, seriesCount).Select(_ => new List<double>())];

    /// <summary>True slowdown of the candidate build, ln.</summary>
    public double TrueLogRatio { get; set; }

    /// <summary>Confirmations carried out.</summary>
    public int Confirmations { get; private set; }

    /// <summary>Adds a night to every series.</summary>
    public void AddNight()
    {
        var slow = _generator.NextDouble() < SlowNightShare ? SlowNightSigmas * sigma * _generator.NextDouble() : 0;
        foreach (var series in _logTimes)
            series.Add(TrueLogRatio + slow + (sigma * _generator.NextNormal()));
    }

    /// <summary>The series as the gate sees them, with the pin at the median of the first nights.</summary>
    public List<LatencySeries> Series(int pinnedNights) =>
        [.. _logTimes.Select((times, i) => new LatencySeries(Key(i), [.. times], Quantile.Median(times.Take(pinnedNights))))];

    /// <inheritdoc/>
    public Task<IReadOnlyList<ConfirmationPair>?> MeasureAsync(SeriesKey key, int pairs, CancellationToken cancellation)
    {
        Confirmations++;
        var noise = ConfirmationShare * sigma;
        return Task.FromResult<IReadOnlyList<ConfirmationPair>?>([.. Enumerable.Range(0, pairs).Select(_ =>
            new ConfirmationPair(Math.Exp(noise * _generator.NextNormal()), Math.Exp(TrueLogRatio + (noise * _generator.NextNormal()))))]);
    }

    private static SeriesKey Key(int index) => new(
        "timing", 1, "simulated", $"index={index}", 0, null, null, "latency", null, "simulated@tiny", null, 1, 1, "float32", 1, "prefill", 256, "reference", "simulated");
}
