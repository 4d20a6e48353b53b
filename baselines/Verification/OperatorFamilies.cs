namespace LT2.Eval.Models.Verification;

/// <summary>Every golden file this build can run.</summary>
internal static class OperatorFamilies
{
    public static IReadOnlyList<OperatorFamily> All { get; } = [.. RecurrentFamilies.All, .. AttentionFamilies.All, CommonOperations.Family];

    public static OperatorFamily? Find(string mixer) => All.FirstOrDefault(family => family.Mixer == mixer);
}
