using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Layers;

/// <summary>
/// Depthwise causal convolution over time: y_t[c] = act(Σ_j w[c, j] · x_(t−K+1+j)[c] + b[c]); the last weight meets the current token, inputs before the start are 0.
/// Its state is the last K − 1 inputs, [B, K − 1, C].
/// </summary>
public static class ShortConvolution
{
    /// <summary>The convolution without its activation, in the type of x, its tail in a mixer's state.</summary>
    /// <param name="x">[B, L, C].</param>
    /// <param name="weight">[C, 1, K].</param>
    /// <param name="bias">[C], or null.</param>
    /// <param name="state">Where the tail is read and left, or null at the start of a sequence that is not continued.</param>
    /// <param name="stateName">Its name in the state.</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias = null, MixerState? state = null, string stateName = "convolution")
    {
        using var scope = NewDisposeScope();
        var kernel = weight.shape[2];
        var length = x.shape[1];
        Tensor padded;
        if (state is null) padded = nn.functional.pad(x, (0L, 0L, kernel - 1, 0L));
        else
        {
            padded = cat([state[stateName].to(x.dtype), x], 1);
            state[stateName] = padded.narrow(1, length, kernel - 1).detach().clone();
        }
        return Sum(padded, weight.squeeze(1), bias, length).MoveToOuterDisposeScope();
    }

    /// <summary>The convolution in working precision, its tail given and returned.</summary>
    /// <param name="x">[B, L, C].</param>
    /// <param name="weight">[C, K] or [C, 1, K].</param>
    /// <param name="bias">[C], or null.</param>
    /// <param name="tail">The last K − 1 inputs, [B, K − 1, C], or null for zeros.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    /// <returns>y [B, L, C] and the new tail [B, K − 1, C], both in the type of x.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static (Tensor Y, Tensor Tail) WithTail(Tensor x, Tensor weight, Tensor? bias = null, Tensor? tail = null, bool silu = true)
    {
        using var scope = NewDisposeScope();
        OperatorShapes.Require(x, "x", -1, -1, -1);
        var (batch, length, channels, kernel) = (x.shape[0], x.shape[1], x.shape[2], weight.shape[^1]);
        if (tail is not null) OperatorShapes.Require(tail, "cache", batch, kernel - 1, channels);
        var padded = cat([tail?.to_type(x.dtype) ?? zeros(batch, kernel - 1, channels, dtype: x.dtype, device: x.device), x], 1);
        var raised = WorkingPrecision.Raise(padded);
        var sum = Sum(raised, weight.reshape(channels, kernel).to_type(raised.dtype), bias?.to_type(raised.dtype), length);
        var y = (silu ? nn.functional.silu(sum) : sum).to_type(x.dtype);
        return (y.MoveToOuterDisposeScope(), padded.narrow(1, length, kernel - 1).contiguous().MoveToOuterDisposeScope());
    }

    // Partial sums are freed one by one: in a long prefill each is as large as all of q, k and v.
    static Tensor Sum(Tensor padded, Tensor weight, Tensor? bias, long length)
    {
        using var scope = NewDisposeScope();
        var taps = weight.t(); // [K, C]
        var sum = padded.narrow(1, 0, length).mul(taps[0]);
        for (var j = 1; j < taps.shape[0]; j++)
        {
            using var before = sum;
            sum = addcmul(before, padded.narrow(1, j, length), taps[j], 1);
        }
        return (bias is null ? sum : sum.add(bias)).MoveToOuterDisposeScope();
    }

    /// <summary>The convolution with SiLU. Parameters as of <see cref="Apply"/>.</summary>
    public static Tensor WithSilu(Tensor x, Tensor weight, Tensor? bias = null, MixerState? state = null, string stateName = "convolution") =>
        bias is null && state is null && FusedShortConvolution.Serves(x, weight) ? FusedShortConvolution.Apply(x, weight) : Silu(Apply(x, weight, bias, state, stateName));

    static Tensor Silu(Tensor sum)
    {
        using (sum) return nn.functional.silu(sum);
    }

    /// <summary>What the state holds for this convolution.</summary>
    public static StateTensorDescription State(int channels, int kernel = 4, string name = "convolution") => new(name, [kernel - 1, channels], Single: false);
}
