namespace LT2.Eval.Models.Definitions;

/// <summary>What a mistyped name probably meant.</summary>
public static class NearestName
{
    /// <summary>A sentence fragment: <c> Did you mean 'x'?</c> where one is near, else the list of known names.</summary>
    public static string Hint(string given, IEnumerable<string> known)
    {
        var names = known.ToArray();
        var nearest = names.Select(name => (name, distance: Distance(given, name))).OrderBy(pair => pair.distance).FirstOrDefault();
        return nearest.name is not null && nearest.distance <= Math.Max(2, given.Length / 3)
            ? $" Did you mean '{nearest.name}'?"
            : $" Known: {string.Join(", ", names)}.";
    }

    /// <summary>Edits (insert, delete, replace) between two words.</summary>
    public static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
