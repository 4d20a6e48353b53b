using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// How mixers turn projections into log decays g ≤ 0 and write strengths β. All in working precision, whatever the inputs' dtype.
/// Parameters follow flash-linear-attention's layers.
/// </summary>
public static class DecayGates
{
    /// <summary>GDN: <c>g = −e^{A_log} · softplus(a + dt_bias)</c>; a <c>[…,H]</c>, A_log and dt_bias <c>[H]</c>.</summary>
    public static Tensor GatedDeltaNet(Tensor a, Tensor aLog, Tensor dtBias)
    {
        using var scope = NewDisposeScope();
        var dtype = WorkingPrecision.Of(a.dtype);
        return (-aLog.to_type(dtype).exp() * Softplus(a.to_type(dtype) + dtBias.to_type(dtype))).MoveToOuterDisposeScope();
    }

    /// <summary>Mamba2: <c>dt = clamp(softplus(dt_raw + dt_bias), low, high)</c>, <c>g = −e^{A_log} · dt</c>; dt_raw <c>[…,H]</c>.</summary>
    public static (Tensor Dt, Tensor G) Mamba2(Tensor dtRaw, Tensor aLog, Tensor dtBias, (double Low, double High)? limit = null)
    {
        using var scope = NewDisposeScope();
        var dtype = WorkingPrecision.Of(dtRaw.dtype);
        var dt = Softplus(dtRaw.to_type(dtype) + dtBias.to_type(dtype));
        if (limit is { } bounds && (bounds.Low > 0 || !double.IsPositiveInfinity(bounds.High)))
        {
            dt = dt.clamp(bounds.Low, bounds.High);
        }
        var g = -aLog.to_type(dtype).exp() * dt;
        return (dt.MoveToOuterDisposeScope(), g.MoveToOuterDisposeScope());
    }

    /// <summary>KDA: <c>g = −e^{A_log[h]} · softplus(f + dt_bias)</c>; f <c>[…,H,Dk]</c>, A_log <c>[H]</c>, dt_bias <c>[H·Dk]</c>.</summary>
    public static Tensor KimiDelta(Tensor f, Tensor aLog, Tensor dtBias)
    {
        using var scope = NewDisposeScope();
        var (raw, rate) = KimiTerms(f, aLog, dtBias);
        return (-rate * Softplus(raw)).MoveToOuterDisposeScope();
    }

    /// <summary>KDA with a bounded gate: <c>g = lowerBound · σ(e^{A_log[h]} · (f + dt_bias))</c>, so g lies in (lowerBound, 0).</summary>
    public static Tensor KimiDeltaBounded(Tensor f, Tensor aLog, Tensor dtBias, double lowerBound)
    {
        using var scope = NewDisposeScope();
        var (raw, rate) = KimiTerms(f, aLog, dtBias);
        return (lowerBound * (rate * raw).sigmoid()).MoveToOuterDisposeScope();
    }

    /// <summary>GLA: <c>g = logsigmoid(x) / normaliser</c>, optionally clamped from below.</summary>
    public static Tensor GatedLinearAttention(Tensor x, double normaliser = 16, double? clampMinimum = null)
    {
        using var scope = NewDisposeScope();
        var g = LogSigmoid(WorkingPrecision.Raise(x)) / normaliser;
        return (clampMinimum is { } minimum ? g.clamp_min(minimum) : g).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// HGRN2: <c>g = ln(lb + (1 − lb)σ(f))</c> and the tied key <c>k = 1 − e^g = (1 − lb)σ(−f)</c>; f <c>[…,H,Dk]</c>, lower bound <c>[H,Dk]</c> or absent (zero).
    /// k is formed without the subtraction, which loses every digit when the gate is near 1; g through log1p(−k) where k is small, for the same reason.
    /// </summary>
    public static (Tensor G, Tensor K) Hgrn2(Tensor f, Tensor? lowerBound = null)
    {
        using var scope = NewDisposeScope();
        var raw = WorkingPrecision.Raise(f);
        if (lowerBound is null)
        {
            return (LogSigmoid(raw).MoveToOuterDisposeScope(), (-raw).sigmoid().MoveToOuterDisposeScope());
        }
        var bound = lowerBound.to_type(raw.dtype);
        var k = (1 - bound) * (-raw).sigmoid();
        var large = logaddexp(bound.log(), log1p(-bound) + LogSigmoid(raw));
        var g = where(k < 0.5, log1p(-k.clamp_max(0.5)), large);
        return (g.MoveToOuterDisposeScope(), k.MoveToOuterDisposeScope());
    }

    /// <summary>No log decay of RWKV7 is below this: −e^{−½}, and a rounding more.</summary>
    public const double LeastRwkv7 = -0.6066;

    /// <summary>RWKV7: <c>w = −e^{−½} σ(x)</c>, so w lies in (−0.6065, 0).</summary>
    public static Tensor Rwkv7(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (-Math.Exp(-0.5) * WorkingPrecision.Raise(x).sigmoid()).MoveToOuterDisposeScope();
    }

    /// <summary><c>β = σ(b)</c>, or <c>2σ(b)</c> where negative eigenvalues are allowed (1 − β‖k‖² then reaches (−1, 1)).</summary>
    public static Tensor Beta(Tensor b, bool allowNegativeEigenvalues = false)
    {
        using var scope = NewDisposeScope();
        var beta = WorkingPrecision.Raise(b).sigmoid();
        return (allowNegativeEigenvalues ? 2 * beta : beta).MoveToOuterDisposeScope();
    }

    /// <summary><c>ln(1 + e^x) = max(x, 0) + log1p(e^{−|x|})</c>, without the linear shortcut of libtorch's own above 20.</summary>
    public static Tensor Softplus(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (x.clamp_min(0) + log1p((-x.abs()).exp())).MoveToOuterDisposeScope();
    }

    /// <summary><c>ln σ(x)</c>, stable for either sign.</summary>
    public static Tensor LogSigmoid(Tensor x) => nn.functional.logsigmoid(x);

    private static (Tensor Raw, Tensor Rate) KimiTerms(Tensor f, Tensor aLog, Tensor dtBias)
    {
        var dtype = WorkingPrecision.Of(f.dtype);
        var (heads, keyDim) = (f.shape[^2], f.shape[^1]);
        return (f.to_type(dtype) + dtBias.to_type(dtype).reshape(heads, keyDim), aLog.to_type(dtype).exp().unsqueeze(-1));
    }
}
