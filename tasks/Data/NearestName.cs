namespace LT2.Eval.Tasks.Data;

/// <summary>Finds what a misspelt name was meant to be.</summary>
public static class NearestName
{
    /// <summary>The known name with the smallest edit distance, if it is near enough to be a typo; else null.</summary>
    public static string? Of(string name, IEnumerable<string> known) => known
        .Select(candidate => (Candidate: candidate, Distance: EditDistance(name, candidate)))
        .Where(pair => pair.Distance <= Math.Max(2, name.Length / 3))
        .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
        .Select(pair => pair.Candidate)
        .FirstOrDefault();

    /// <summary>A sentence to add to an error message: the nearest name, or all of them.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> known) => Of(name, known) is { } nearest
        ? $"Did you mean '{nearest}'?"
        : $"Known: {string.Join(", ", known.Order(StringComparer.Ordinal))}.";

    // Levenshtein, row by row.
    private static int EditDistance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        foreach (var letter in a)
        {
            var current = new int[b.Length + 1];
            current[0] = previous[0] + 1;
            for (var j = 1; j <= b.Length; j++)
            {
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (letter == b[j - 1] ? 0 : 1));
            }

            previous = current;
        }

        return previous[b.Length];
    }
}
