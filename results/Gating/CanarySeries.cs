using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>
/// The canary: a fixed workload without project code, measured first, in the middle and last each night as metrics of suite
/// <c>timing</c>, task <c>canary</c>. When it moves, the host moved.
/// </summary>
public static class CanarySeries
{
    /// <summary>Its task id.</summary>
    public const string TaskId = "canary";

    /// <summary>Whether a series is the canary's.</summary>
    public static bool Is(SeriesKey key) => key is { SuiteId: "timing", TaskId: TaskId };
}
