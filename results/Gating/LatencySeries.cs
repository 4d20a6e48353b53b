using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>A time series as the gate sees it.</summary>
/// <param name="Key">The series.</param>
/// <param name="LogTimes">ln of each valid night's time, oldest first, tonight last.</param>
/// <param name="PinnedLogTime">ln of the pinned level; null when the pin lacks it.</param>
/// <param name="IsPinnedElsewhere">The pin has it of another class of hosts only, which validity says once for all of them.</param>
public sealed record LatencySeries(SeriesKey Key, IReadOnlyList<double> LogTimes, double? PinnedLogTime, bool IsPinnedElsewhere = false);
