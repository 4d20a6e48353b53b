namespace LT2.Eval.Reports.Views;

/// <summary>Where one variant becomes faster than another as sequences grow.</summary>
/// <param name="Faster">The variant that is faster at the largest common length.</param>
/// <param name="Slower">The other.</param>
/// <param name="Length">Length at which the curves cross; null when the first is faster at every common length.</param>
/// <param name="RatioAtLargest">Latency of the slower over the faster at the largest common length.</param>
/// <param name="LargestLength">The largest common length.</param>
public sealed record Crossover(string Faster, string Slower, double? Length, double RatioAtLargest, int LargestLength)
{
    /// <summary>
    /// The last crossing of two curves, interpolated linearly in log latency ratio and log length; null without two common lengths.
    /// </summary>
    /// <param name="first">A curve.</param>
    /// <param name="second">Another, of the same phase, loop count and batch.</param>
    public static Crossover? Between(LatencyCurve first, LatencyCurve second)
    {
        var common = first.Points.Where(point => point.SequenceLength > 0).Join(second.Points, point => point.SequenceLength, point => point.SequenceLength,
            (a, b) => (Length: a.SequenceLength, LogRatio: Math.Log(b.MedianMilliseconds / a.MedianMilliseconds))).OrderBy(pair => pair.Length).ToList();
        if (common.Count < 2)
        {
            return null;
        }
        var last = common[^1];
        var firstIsFaster = last.LogRatio >= 0;
        var (faster, slower) = firstIsFaster ? (first, second) : (second, first);
        for (var i = common.Count - 2; i >= 0; i--)
        {
            if (common[i].LogRatio >= 0 == firstIsFaster)
            {
                continue;
            }
            var (left, right) = (common[i], common[i + 1]);
            var share = left.LogRatio / (left.LogRatio - right.LogRatio);
            var length = Math.Exp(Math.Log(left.Length) + (share * Math.Log((double)right.Length / left.Length)));
            return new Crossover(faster.VariantId, slower.VariantId, length, Math.Exp(Math.Abs(last.LogRatio)), last.Length);
        }
        return new Crossover(faster.VariantId, slower.VariantId, null, Math.Exp(Math.Abs(last.LogRatio)), last.Length);
    }
}
