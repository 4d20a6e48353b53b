using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Input;

/// <summary>One fact that differs between two runs.</summary>
/// <param name="Name">The fact.</param>
/// <param name="Before">Its value in the reference; null when absent.</param>
/// <param name="After">Its value in the run; null when absent.</param>
public sealed record EnvironmentDifference(string Name, string? Before, string? After)
{
    /// <summary>Every fact that differs, by name.</summary>
    /// <param name="before">Facts of the reference.</param>
    /// <param name="after">Facts of the run.</param>
    public static IReadOnlyList<EnvironmentDifference> Between(IReadOnlyList<EnvironmentEntry> before, IReadOnlyList<EnvironmentEntry> after)
    {
        var (left, right) = (before.ToDictionary(entry => entry.Name, entry => entry.Value), after.ToDictionary(entry => entry.Name, entry => entry.Value));
        return
        [
            .. left.Keys.Union(right.Keys).Order(StringComparer.Ordinal)
                .Select(name => new EnvironmentDifference(name, left.GetValueOrDefault(name), right.GetValueOrDefault(name)))
                .Where(difference => difference.Before != difference.After),
        ];
    }
}
