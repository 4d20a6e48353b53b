using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Rotary position embedding (Su et al. 2021, "RoFormer"). Pair i of the rotated part (R channels) turns by <c>pos · base^{−2i/R}</c>.
/// Half-split: channel i is paired with i + R/2. Interleaved (adjacent pairs): 2i with 2i + 1. Angles in working precision.
/// </summary>
public static class RotaryEmbedding
{
    /// <summary>Rotates.</summary>
    /// <param name="x"><c>[B,T,H,D]</c>.</param>
    /// <param name="positions">Positions <c>[T]</c>, or <c>[B,T]</c> where rows differ.</param>
    /// <param name="theta">The base.</param>
    /// <param name="interleaved">Adjacent pairs instead of halves.</param>
    /// <param name="rotated">How many leading channels turn; all by default.</param>
    /// <returns><c>[B,T,H,D]</c> in the dtype of x.</returns>
    /// <exception cref="ArgumentException">The rotated part is odd or longer than D.</exception>
    public static Tensor Apply(Tensor x, Tensor positions, double theta = 10000, bool interleaved = false, long? rotated = null)
    {
        using var scope = NewDisposeScope();
        var width = rotated ?? x.shape[^1];
        if (width % 2 != 0 || width > x.shape[^1])
        {
            throw new ArgumentException($"RoPE needs an even number of channels, at most the head dimension {x.shape[^1]}; it was asked to rotate {width}.", nameof(rotated));
        }
        var raised = WorkingPrecision.Raise(x);
        var frequencies = (arange(width / 2, dtype: ScalarType.Float64, device: x.device) * (-2.0 / width * Math.Log(theta))).exp().to_type(raised.dtype);
        // [T,1,R/2] or [B,T,1,R/2]: broadcasts over heads.
        var angles = (positions.to_type(raised.dtype).unsqueeze(-1) * frequencies).unsqueeze(-2);
        var (cosine, sine) = (angles.cos(), angles.sin());

        var part = raised.narrow(-1, 0, width);
        Tensor turned;
        if (interleaved)
        {
            long[] pairs = [.. x.shape[..^1], width / 2, 2];
            var split = part.reshape(pairs);
            var (first, second) = (split.select(-1, 0), split.select(-1, 1));
            turned = stack([first * cosine - second * sine, second * cosine + first * sine], -1).reshape(part.shape);
        }
        else
        {
            var (first, second) = (part.narrow(-1, 0, width / 2), part.narrow(-1, width / 2, width / 2));
            turned = cat([first * cosine - second * sine, second * cosine + first * sine], -1);
        }
        var rest = x.shape[^1] - width;
        var y = rest == 0 ? turned : cat([turned, raised.narrow(-1, width, rest)], -1);
        return y.to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Positions <c>offset … offset+length−1</c>.</summary>
    public static Tensor Positions(long offset, long length, Device device) => arange(offset, offset + length, dtype: ScalarType.Int64, device: device);
}
