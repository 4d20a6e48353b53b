using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Gating;

/// <summary>Layer 2, strict: paired t on the log ratios of interleaved pairs, with the signed-rank test beside it.</summary>
/// <param name="LogRatio">Mean of ln(candidate/baseline); above zero is slower.</param>
/// <param name="Interval">Its 95 % interval.</param>
/// <param name="PValue">One-sided p in the direction of the suspicion.</param>
/// <param name="SignedRankPValue">Two-sided signed-rank p, reported beside it.</param>
/// <param name="Pairs">Pairs.</param>
/// <param name="KeptUtc">When the newest pair that an earlier gate measured was measured; null where all are of just now.</param>
/// <param name="HostClass">Where they were measured, if that is known.</param>
public sealed record LatencyConfirmation(double LogRatio, Interval Interval, double PValue, double SignedRankPValue, int Pairs, DateTimeOffset? KeptUtc = null, string? HostClass = null)
{
    /// <summary>Computes it from at least two pairs.</summary>
    public static LatencyConfirmation Of(IReadOnlyList<ConfirmationPair> pairs, int suspicion)
    {
        var ratios = pairs.Select(pair => Math.Log(pair.Candidate / pair.Baseline)).ToList();
        var test = MeanTest.Of(ratios);
        return new(test.Mean, test.Interval(), suspicion < 0 ? 1 - test.PValueAbove : test.PValueAbove, SignedRankTest.PValue(ratios), pairs.Count, pairs.Max(pair => pair.KeptUtc), pairs[0].HostClass);
    }
}
