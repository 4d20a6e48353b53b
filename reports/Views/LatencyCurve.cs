using System.Collections.Immutable;

namespace LT2.Eval.Reports.Views;

/// <summary>Latency against sequence length of one variant, phase, loop count and batch.</summary>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="Phase">prefill, decode or train.</param>
/// <param name="LoopCount">Loops carried out.</param>
/// <param name="BatchSize">Sequences.</param>
/// <param name="Points">By length.</param>
/// <param name="Slope">Exponent fitted over the largest lengths; null below three lengths.</param>
public sealed record LatencyCurve(
    string VariantId, string Phase, int LoopCount, int BatchSize, ImmutableArray<LatencyPoint> Points, PowerLaw? Slope)
{
    /// <summary>Exponents between neighbouring lengths.</summary>
    public IEnumerable<(int From, int To, double Exponent)> LocalSlopes => Points.Where(point => point.SequenceLength > 0).Zip(Points.Where(point => point.SequenceLength > 0).Skip(1), (left, right) => (
        left.SequenceLength, right.SequenceLength,
        Math.Log(right.MedianMilliseconds / left.MedianMilliseconds) / Math.Log((double)right.SequenceLength / left.SequenceLength)));

    /// <summary>Tokens a second at a point: the whole sequence for prefill and training, one token a sequence for a decode step.</summary>
    /// <param name="point">A point of the curve.</param>
    public double TokensPerSecond(LatencyPoint point) =>
        BatchSize * (Phase == "decode" ? 1 : point.SequenceLength) * 1000.0 / point.MedianMilliseconds;
}
