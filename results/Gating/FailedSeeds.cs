using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>Values that were measured and failed (a stage that was not passed, a loss that is no number), counted over the training seeds of a series on both sides.</summary>
internal readonly record struct FailedSeeds(int Before, int BeforeOf, int After, int AfterOf)
{
    public static FailedSeeds Count(IReadOnlyCollection<MetricRecord> before, IReadOnlyCollection<MetricRecord> after) =>
        new(before.Count(IsFailed), before.Count, after.Count(IsFailed), after.Count);

    /// <summary>The values that are there cannot be compared: more failed on one side than on the other, or all of one side.</summary>
    public bool IsObstacle => Before != After || (Before > 0 && (Before == BeforeOf || After == AfterOf));

    /// <summary>The candidate failed no oftener than the baseline: nothing that the baseline had is lost.</summary>
    public bool IsHarmless => (long)After * BeforeOf <= (long)Before * AfterOf;

    /// <summary>What to say of the series.</summary>
    public string Reason => Before == BeforeOf && After == AfterOf
        ? "measured and failed on both sides"
        : $"measured and failed with {Before} of {BeforeOf} seeds in the baseline and {After} of {AfterOf} in the candidate";

    /// <summary>It was measured and failed.</summary>
    public static bool IsFailed(MetricRecord metric) => metric.Value is not { } value || !double.IsFinite(value);
}
