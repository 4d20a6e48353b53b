using LT2.Eval.Results.Statistics;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Gating;

/// <summary>
/// Layer 1, loose: is tonight, or the mean of the last three nights (which finds a small step that stays), beyond a one-sided robust prediction bound of the nights before?
/// With W nights of median m and spread s (mean of scaled MAD and standard deviation, with a floor), a mean of k nights is suspect if
/// (x̄ − m)/(s·√(1/k + 1.57/W)) exceeds t(1 − α; W − 1); 1.57/W is the variance of a median (π/2W). Improvements are mirrored for a single night only, since nothing waits for them.
/// </summary>
public static class LatencyScreen
{
    private static readonly int[] Looks = [1, 3];

    /// <summary>−1 suspected faster, 0 quiet, 1 suspected slower.</summary>
    /// <param name="logTimes">ln of each valid night's time, oldest first, tonight last.</param>
    /// <param name="options">Settings.</param>
    public static int Look(IReadOnlyList<double> logTimes, GateOptions options)
    {
        var suspicion = 0;
        foreach (var nights in Looks)
        {
            var window = logTimes.SkipLast(nights).TakeLast(options.Window).ToList();
            if (window.Count < options.MinimumNights)
                continue;
            var spread = RobustLocationAndSpread.Of(window);
            var s = Math.Max(options.SpreadFloor, (spread.ScaledMad + spread.StandardDeviation) / 2);
            var t = (logTimes.TakeLast(nights).Average() - spread.Median) / (s * Math.Sqrt((1.0 / nights) + (1.57 / window.Count)));
            if (Math.Abs(t) > StudentT.InvCDF(0, 1, window.Count - 1, 1 - options.ScreenAlpha))
                suspicion = t > 0 ? 1 : nights == 1 ? -1 : suspicion;
        }
        return suspicion;
    }
}
