namespace LT2.Eval.Models.Verification;

/// <summary>Every golden file this build can run.</summary>
internal static class OperatorFamilies
{
    public static IReadOnlyList<OperatorFamily> All { get; } = [.. RecurrentFamilies.All, .. AttentionFamilies.All, CommonOperations.Family];

    /// <summary>Every implementation of a mixer's operator; empty for an unknown mixer.</summary>
    public static IReadOnlyList<OperatorFamily> Find(string mixer) => [.. All.Where(family => family.Mixer == mixer)];
}
