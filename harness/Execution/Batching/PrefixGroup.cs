namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>Rows whose first tokens are the same and are read once.</summary>
/// <param name="Rows">Different sequences.</param>
/// <param name="PrefixLength">Tokens they share; 0 where sharing would not pay.</param>
public sealed record PrefixGroup(IReadOnlyList<WindowRow> Rows, int PrefixLength)
{
    /// <summary>Least share of the tokens that sharing must save: below it the second pass of the model costs more.</summary>
    private const double LeastSaving = 0.2;

    /// <summary>The group of one document's rows, or a group each where they have too little in common.</summary>
    public static IReadOnlyList<PrefixGroup> Of(IReadOnlyList<WindowRow> rows)
    {
        var prefix = rows.Skip(1).Aggregate(rows[0].InputIds.Count, (length, row) => CommonLength(rows[0].InputIds, row.InputIds, length));
        return (rows.Count - 1) * prefix >= LeastSaving * rows.Sum(row => row.InputIds.Count) && rows.Count > 1
            ? [new PrefixGroup(rows, prefix)]
            : [.. rows.Select(row => new PrefixGroup([row], 0))];
    }

    /// <summary>Tokens that the model reads when the first <paramref name="length"/> of them are read once.</summary>
    public int Tokens(int length) => length + Rows.Sum(row => row.InputIds.Count - length);

    private static int CommonLength(IReadOnlyList<int> first, IReadOnlyList<int> second, int most)
    {
        most = Math.Min(most, second.Count);
        for (var i = 0; i < most; i++)
        {
            if (first[i] != second[i])
            {
                return i;
            }
        }

        return most;
    }
}
