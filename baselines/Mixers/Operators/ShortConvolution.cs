using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Depthwise causal convolution over time with a short kernel, then optionally SiLU:
/// <c>y_t[c] = act(Σ_j w[c,j] · x_{t−W+1+j}[c] + b[c])</c>; <c>w[c,W−1]</c> meets the current token, inputs before the start come from the cache (zeros without one).
/// </summary>
public static class ShortConvolution
{
    /// <summary>Both forms at once: a whole sequence, or one token with its cache.</summary>
    /// <param name="x"><c>[B,T,C]</c>.</param>
    /// <param name="weight"><c>[C,W]</c> or <c>[C,1,W]</c>.</param>
    /// <param name="bias"><c>[C]</c> or absent.</param>
    /// <param name="cache">The last W−1 inputs, <c>[B,W−1,C]</c>, or absent.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    /// <returns>y <c>[B,T,C]</c> in the dtype of x, and the new cache <c>[B,W−1,C]</c> in the same dtype.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static (Tensor Y, Tensor Cache) Apply(Tensor x, Tensor weight, Tensor? bias = null, Tensor? cache = null, bool silu = true)
    {
        using var scope = NewDisposeScope();
        OperatorShapes.Require(x, "x", -1, -1, -1);
        var (batch, length, channels) = (x.shape[0], x.shape[1], x.shape[2]);
        var kernel = weight.shape[^1];
        var taps = WorkingPrecision.Raise(weight.reshape(channels, kernel)).to_type(WorkingPrecision.Of(x.dtype));
        if (cache is not null)
        {
            OperatorShapes.Require(cache, "cache", batch, kernel - 1, channels);
        }
        var before = cache?.to_type(x.dtype) ?? zeros(batch, kernel - 1, channels, dtype: x.dtype, device: x.device);
        var inputs = cat([before, x], 1);
        var raised = WorkingPrecision.Raise(inputs);
        var y = raised.narrow(1, 0, length) * taps.select(1, 0);
        for (var j = 1L; j < kernel; j++)
        {
            y = y + raised.narrow(1, j, length) * taps.select(1, j);
        }
        if (bias is not null)
        {
            y = y + bias.to_type(y.dtype);
        }
        y = (silu ? nn.functional.silu(y) : y).to_type(x.dtype);
        return (y.MoveToOuterDisposeScope(), inputs.narrow(1, length, kernel - 1).contiguous().MoveToOuterDisposeScope());
    }
}
