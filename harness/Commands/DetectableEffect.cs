using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Harness.Commands;

/// <summary>The minimum detectable effect as verbs print it beside a standard error.</summary>
internal static class DetectableEffect
{
    public const string Explanation = "Minimum detectable effect: the difference from a fixed value that a test at 5 % finds with 80 % power, 2.8 standard errors. "
        + "Between two unpaired measurements it is 1.4 times as large.";

    /// <summary>The effect; null where there is no standard error, or one of 0: equal answers say nothing about how much others would differ.</summary>
    public static double? Of(double? standardError) => standardError is > 0 and var error ? MinimumDetectableEffect.Of(error) : null;
}
