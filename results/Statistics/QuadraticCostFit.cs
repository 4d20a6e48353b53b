using MathNet.Numerics.LinearAlgebra;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// y = c₀ + c₁·x + c₂·x² with no coefficient below zero, minimising Σ((y − fit)/y)². With three coefficients the active-set solution of
/// Lawson and Hanson (<em>Solving Least Squares Problems</em>, 1974, ch. 23) is found by trying every subset.
/// </summary>
/// <param name="Constant">c₀: cost that does not grow.</param>
/// <param name="Linear">c₁.</param>
/// <param name="Quadratic">c₂.</param>
/// <param name="RelativeResidual">Root mean square of (y − fit)/y.</param>
public sealed record QuadraticCostFit(double Constant, double Linear, double Quadratic, double RelativeResidual)
{
    /// <summary>Fits at least three points with y above zero.</summary>
    public static QuadraticCostFit Of(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count < 3 || points.Any(p => p.Y <= 0 || !double.IsFinite(p.X) || !double.IsFinite(p.Y)))
            throw new ArgumentException("The fit needs at least three points with finite y above zero.", nameof(points));
        // Columns are scaled by the largest x, or x² would drown the constant in rounding.
        var scale = points.Max(p => Math.Abs(p.X));
        var ones = Vector<double>.Build.Dense(points.Count, 1);
        QuadraticCostFit? best = null;
        for (var subset = 1; subset < 8; subset++)
        {
            var powers = Enumerable.Range(0, 3).Where(k => (subset >> k & 1) == 1).ToArray();
            var design = Matrix<double>.Build.Dense(points.Count, powers.Length, (i, k) => Math.Pow(points[i].X / scale, powers[k]) / points[i].Y);
            var solution = design.QR().Solve(ones);
            if (solution.Any(c => !(c >= 0)))
                continue;
            var residual = (design * solution - ones).L2Norm() / Math.Sqrt(points.Count);
            if (best is not null && residual >= best.RelativeResidual)
                continue;
            var c = new double[3];
            for (var k = 0; k < powers.Length; k++)
                c[powers[k]] = solution[k] / Math.Pow(scale, powers[k]);
            best = new(c[0], c[1], c[2], residual);
        }
        return best!;
    }

    /// <summary>Fitted y at x.</summary>
    public double At(double x) => Constant + (Linear * x) + (Quadratic * x * x);
}
