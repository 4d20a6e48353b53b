namespace LT2.Eval.Results.Gating;

/// <summary>Settings of the nightly gate; the defaults are those its false-alarm rate was measured with.</summary>
/// <param name="MinimumNights">With fewer valid nights the screen gives way to direct confirmation.</param>
/// <param name="Window">Nights that the screen looks back.</param>
/// <param name="ScreenAlpha">Level of the loose screen.</param>
/// <param name="SpreadFloor">Smallest night-to-night spread of ln(time) the screen assumes.</param>
/// <param name="Pairs">Interleaved pairs of a confirmation.</param>
/// <param name="ConfirmationAlpha">Level of the confirmation, after Holm over the night's suspects.</param>
/// <param name="TimeFloor">Smallest relative slowdown that blocks.</param>
/// <param name="ClearedBelow">A confirmation clears a suspect only if its 95 % interval excludes this relative slowdown; one that scatters more leaves it undecided.</param>
/// <param name="TrendMinimumSegment">Shortest segment between change points.</param>
/// <param name="TrendMinimumMagnitude">Smallest change point that is reported, on the log scale.</param>
/// <param name="RatchetBudget">Cumulative slowdown against the pin that blocks.</param>
/// <param name="CanaryBand">Relative move of the canary workload that makes the night's times invalid, at least.</param>
/// <param name="TaintedShare">Share of tainted timing blocks above which the night's times are invalid.</param>
/// <param name="Comparison">Settings of the quality and memory comparison.</param>
public sealed record GateOptions(
    int MinimumNights = 15,
    int Window = 30,
    double ScreenAlpha = 0.05,
    double SpreadFloor = 0.003,
    int Pairs = 10,
    double ConfirmationAlpha = 0.005,
    double TimeFloor = 0.02,
    double ClearedBelow = 0.10,
    int TrendMinimumSegment = 5,
    double TrendMinimumMagnitude = 0.01,
    double RatchetBudget = 0.05,
    double CanaryBand = 0.05,
    double TaintedShare = 0.1,
    ComparisonOptions? Comparison = null);
