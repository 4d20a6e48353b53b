namespace LT2.Eval.Tasks.Generators;

/// <summary>Finds the known name that a misspelt one most likely meant.</summary>
public static class NearestName
{
    /// <summary>The nearest name by edit distance, ignoring case; null when none is near.</summary>
    public static string? Find(string given, IEnumerable<string> known)
    {
        string? best = null;
        int bestDistance = Math.Max(2, given.Length / 3) + 1;
        foreach (string name in known)
        {
            int distance = EditDistance(given.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance < bestDistance) (best, bestDistance) = (name, distance);
        }

        return best;
    }

    /// <summary>A clause for a message: the nearest name, or what there is to choose from.</summary>
    public static string Hint(string given, IReadOnlyCollection<string> known) =>
        Find(given, known) is { } name ? $"Did you mean '{name}'?" : $"Known: {string.Join(", ", known)}.";

    private static int EditDistance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
