namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Change points by hierarchical division with energy statistics, made deterministic by a t test instead of permutations.
/// <para>A segment is split where Q(τ) = mn/(m+n)·(2·mean|x−y| − mean|x−x′| − mean|y−y′|) is largest, x before and y after τ; divisions go on while
/// segments are long enough; then the weakest points are removed until all pass. A point's p-value is Welch's between its neighbouring segments, times the
/// number of places where it could have been put, because it was put where the difference looks largest.
/// Source: Matteson and James, JASA 109 (2014) 334–345 (E-divisive, α = 1); the t test as in Fleming et al., arXiv 2301.03034 (Hunter).</para>
/// </summary>
public static class EDivisive
{
    /// <summary>Change points in ascending order.</summary>
    /// <param name="values">The series, oldest first.</param>
    /// <param name="minimumSegment">Fewest values between change points; at least 2.</param>
    /// <param name="alpha">Largest p-value of a kept point.</param>
    /// <param name="minimumMagnitude">Smallest kept |after − before|; on the log scale of times 0.01 is about 1 %.</param>
    public static IReadOnlyList<ChangePoint> Find(
        IReadOnlyList<double> values, int minimumSegment = 5, double alpha = 0.001, double minimumMagnitude = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumSegment, 2);
        var candidates = new SortedSet<int>();
        Divide(values, 0, values.Count, minimumSegment, candidates);
        while (true)
        {
            var points = Describe(values, [.. candidates], minimumSegment);
            var weakest = points.Where(point => point.PValue > alpha || Math.Abs(point.After - point.Before) < minimumMagnitude)
                .OrderByDescending(point => point.PValue).ThenBy(point => Math.Abs(point.After - point.Before)).FirstOrDefault();
            if (weakest is null)
                return points;
            candidates.Remove(weakest.Index);
        }
    }

    // A split that looks weak may hide two steps that cancel each other, so its parts are searched as well; the removal decides.
    private static void Divide(IReadOnlyList<double> values, int start, int end, int minimum, SortedSet<int> found)
    {
        if (end - start < 2 * minimum)
            return;
        var split = BestSplit(values, start, end, minimum);
        found.Add(split);
        Divide(values, start, split, minimum, found);
        Divide(values, split, end, minimum, found);
    }

    private static int BestSplit(IReadOnlyList<double> values, int start, int end, int minimum)
    {
        // Moving τ one to the right moves one value from the right part to the left: sums of distances follow in O(n).
        double within = 0, beyond = 0, across = 0;
        for (var i = start; i < end; i++)
        {
            for (var j = i + 1; j < end; j++)
                beyond += Math.Abs(values[i] - values[j]);
        }
        var best = (Q: double.NegativeInfinity, Index: start + minimum);
        for (var split = start + 1; split <= end - minimum; split++)
        {
            double toLeft = 0, toRight = 0;
            var moved = values[split - 1];
            for (var i = start; i < split - 1; i++)
                toLeft += Math.Abs(values[i] - moved);
            for (var i = split; i < end; i++)
                toRight += Math.Abs(values[i] - moved);
            within += toLeft;
            beyond -= toRight;
            across += toRight - toLeft;
            double m = split - start, n = end - split;
            if (m < minimum)
                continue;
            var q = m * n / (m + n) * ((2 * across / (m * n)) - (within / (m * (m - 1) / 2)) - (beyond / (n * (n - 1) / 2)));
            if (q > best.Q)
                best = (q, split);
        }
        return best.Index;
    }

    private static List<ChangePoint> Describe(IReadOnlyList<double> values, int[] indices, int minimumSegment)
    {
        var points = new List<ChangePoint>();
        for (var k = 0; k < indices.Length; k++)
        {
            var before = Segment(values, k == 0 ? 0 : indices[k - 1], indices[k]);
            var after = Segment(values, indices[k], k + 1 < indices.Length ? indices[k + 1] : values.Count);
            var places = Math.Max(1, before.Count + after.Count - (2 * minimumSegment) + 1);
            points.Add(new(indices[k], before.Average(), after.Average(), Math.Min(1, places * WelchTest.PValue(before, after))));
        }
        return points;
    }

    private static List<double> Segment(IReadOnlyList<double> values, int start, int end) => [.. values.Skip(start).Take(end - start)];
}
