using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>Sums of log decays over stretches of time, each formed by adding terms of one sign.</summary>
internal static class DecaySums
{
    /// <summary><c>Σ_{s≤r} g_s</c> along <paramref name="dim"/>.</summary>
    public static Tensor Inclusive(Tensor g, int dim) => g.cumsum(dim);

    /// <summary><c>Σ_{s&lt;r} g_s</c> along <paramref name="dim"/>.</summary>
    public static Tensor Exclusive(Tensor g, int dim) => ShiftForward(g.cumsum(dim), dim);

    /// <summary><c>Σ_{s&gt;r} g_s</c> along <paramref name="dim"/>.</summary>
    public static Tensor Remaining(Tensor g, int dim)
    {
        var reversed = ShiftForward(g.flip(dim).cumsum(dim), dim);
        return reversed.flip(dim);
    }

    /// <summary>
    /// <c>Σ_{i&lt;s≤r} g_s</c> for every pair: time at <paramref name="dim"/> becomes the row axis r, a column axis i follows it.
    /// Zero on and above the diagonal.
    /// </summary>
    public static Tensor Pairs(Tensor g, int dim)
    {
        dim = dim < 0 ? dim + (int)g.dim() : dim;
        var n = g.shape[dim];
        long[] trailing = [.. Enumerable.Repeat(1L, (int)g.dim() - dim - 1)];
        var unused = OnAndAboveDiagonal(n, g.device).reshape([n, n, .. trailing]);
        var shape = g.shape.ToList<long>();
        shape.Insert(dim + 1, n);
        return g.unsqueeze(dim + 1).expand([.. shape]).masked_fill(unused, 0).cumsum(dim);
    }

    /// <summary>The pair sums without the row's own term, <c>Σ_{i&lt;s&lt;r} g_s</c>; rows at <paramref name="dim"/>.</summary>
    public static Tensor WithoutRow(Tensor pairs, int dim) => ShiftForward(pairs, dim);

    private static Tensor ShiftForward(Tensor x, int dim)
    {
        var n = x.size(dim);
        return cat([zeros_like(x.narrow(dim, 0, 1)), x.narrow(dim, 0, n - 1)], dim);
    }

    private static Tensor OnAndAboveDiagonal(long n, Device device) => ones(n, n, dtype: ScalarType.Bool, device: device).triu();
}
