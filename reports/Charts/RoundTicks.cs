namespace LT2.Eval.Reports.Charts;

/// <summary>Round numbers for a logarithmic axis.</summary>
internal static class RoundTicks
{
    private const int Most = 8;

    // Mantissas of a decade, densest first; after them whole decades, then every second, …
    private static readonly double[][] Mantissas = [[1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9], [1, 1.5, 2, 3, 4, 5, 6, 8], [1, 2, 3, 5], [1, 2, 5], [1, 3], [1]];

    /// <summary>The densest choice with at most eight numbers between two values; empty where the range holds no round number.</summary>
    public static double[] Within(double low, double high)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high)));
        var choices = Mantissas.Select(mantissas => (Mantissas: mantissas, Stride: 1)).Concat(Enumerable.Range(2, 20).Select(stride => (Mantissas: new double[] { 1 }, Stride: stride)));
        return choices
            .Select(choice => Enumerable.Range(first, last - first + 1).Where(decade => decade % choice.Stride == 0)
                .SelectMany(decade => choice.Mantissas.Select(mantissa => double.Parse(FormattableString.Invariant($"{mantissa}e{decade}"), System.Globalization.CultureInfo.InvariantCulture)))
                .Where(tick => tick >= low * 0.97 && tick <= high * 1.03).ToArray())
            .FirstOrDefault(ticks => ticks.Length <= Most, []);
    }
}
