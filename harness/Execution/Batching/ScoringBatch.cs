namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>Groups that are answered together.</summary>
/// <param name="Groups">The groups.</param>
/// <param name="PrefixLength">
/// Tokens of each group that are read once: the least of the groups' prefixes, so that no prefix is padded (a state would take the padding in). 0: nothing is shared.
/// </param>
public sealed record ScoringBatch(IReadOnlyList<PrefixGroup> Groups, int PrefixLength)
{
    /// <summary>Rows of all groups, each with the number of its group.</summary>
    public IReadOnlyList<(int Group, WindowRow Row)> Rows { get; } = [.. Groups.SelectMany((group, index) => group.Rows.Select(row => (index, row)))];

    /// <summary>Tokens that the model reads, padding aside.</summary>
    public int Tokens => Groups.Sum(group => group.Tokens(PrefixLength));
}
