namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>Arranges windows for a model: equal inputs are read once, a document's rows share their longest common prefix, rows of about equal length go together.</summary>
public static class ScoringPlan
{
    /// <summary>The batches, longest first, so that what does not fit in memory fails at once.</summary>
    /// <param name="documents">The windows of each document.</param>
    /// <param name="limits">How much goes into one pass.</param>
    /// <param name="sharePrefixes">Whether a document's rows share what they have in common; false reads every window whole, on its own.</param>
    public static IReadOnlyList<ScoringBatch> Create(IEnumerable<IReadOnlyList<RequestWindow>> documents, ScoringLimits limits, bool sharePrefixes = true)
    {
        var groups = sharePrefixes
            ? documents.Select(Distinct).Where(rows => rows.Count > 0).SelectMany(PrefixGroup.Of).ToList()
            : [.. Apart(documents.SelectMany(windows => windows).Select(window => new WindowRow(window.InputIds, [window])))];
        return [.. Shared(groups.Where(group => group.PrefixLength > 0), limits), .. Plain(groups.Where(group => group.PrefixLength == 0), limits)];
    }

    /// <summary>Sorted, then cut where padding all to the longest would cost more than another pass.</summary>
    public static IEnumerable<IReadOnlyList<T>> CutByLength<T>(IEnumerable<T> items, Func<T, int> length, int most, int passCostInTokens)
    {
        var block = new List<T>();
        var padding = 0;
        foreach (var item in items.OrderByDescending(length))
        {
            if (block.Count > 0)
            {
                var longest = length(block[0]);
                padding += longest - length(item);
                if (block.Count == most || padding > passCostInTokens)
                {
                    yield return block;
                    (block, padding) = ([], 0);
                }
            }

            block.Add(item);
        }

        if (block.Count > 0)
        {
            yield return block;
        }
    }

    private static List<WindowRow> Distinct(IReadOnlyList<RequestWindow> windows) =>
        [.. windows.GroupBy(window => window.InputIds, Sequences.Instance).Select(group => new WindowRow(group.Key, [.. group]))];

    private static IReadOnlyList<PrefixGroup> Apart(IEnumerable<WindowRow> rows) => [.. rows.Select(row => new PrefixGroup([row], 0))];

    private static IEnumerable<ScoringBatch> Plain(IEnumerable<PrefixGroup> groups, ScoringLimits limits) =>
        CutByLength(groups, group => group.Rows[0].InputIds.Count, limits.BatchSize, limits.PassCostInTokens).Select(block => new ScoringBatch(block, 0));

    /// <summary>Groups of falling prefix length; another one joins while the tokens read more than once for its shorter prefix cost less than passes of its own.</summary>
    private static IEnumerable<ScoringBatch> Shared(IEnumerable<PrefixGroup> groups, ScoringLimits limits)
    {
        var batch = new List<PrefixGroup>();
        foreach (var group in groups.OrderByDescending(group => group.PrefixLength))
        {
            var again = batch.Sum(other => other.Tokens(group.PrefixLength) - other.Tokens(batch[^1].PrefixLength));
            if (batch.Count > 0 && (again > limits.PassCostInTokens || batch.Count == limits.MostStates(batch[0].PrefixLength, batch[0].PrefixLength)))
            {
                yield return new ScoringBatch(batch, batch[^1].PrefixLength);
                batch = [];
            }

            batch.Add(group);
        }

        if (batch.Count > 0)
        {
            yield return new ScoringBatch(batch, batch[^1].PrefixLength);
        }
    }

    private sealed class Sequences : IEqualityComparer<IReadOnlyList<int>>
    {
        public static readonly Sequences Instance = new();

        public bool Equals(IReadOnlyList<int>? x, IReadOnlyList<int>? y) => x!.SequenceEqual(y!);

        public int GetHashCode(IReadOnlyList<int> sequence)
        {
            var hash = default(HashCode);
            foreach (var id in sequence)
            {
                hash.Add(id);
            }

            return hash.ToHashCode();
        }
    }
}
