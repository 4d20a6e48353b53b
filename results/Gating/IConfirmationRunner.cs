using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>Measures suspects again with both builds, interleaved.</summary>
public interface IConfirmationRunner
{
    /// <summary>Pairs of one series, of its class of hosts or of the pin's; null when they cannot be measured here, such as for a missing baseline build.</summary>
    Task<IReadOnlyList<ConfirmationPair>?> MeasureAsync(SeriesKey key, int pairs, CancellationToken cancellation);
}
