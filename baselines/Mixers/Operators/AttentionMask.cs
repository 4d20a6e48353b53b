using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>Which keys a query sees. Key row s stands at position s; queries stand where they are said to.</summary>
public static class AttentionMask
{
    /// <summary>Causal: keys at positions ≤ t; with a window of w tokens, <c>t−w+1 … t</c>.</summary>
    /// <param name="positions">Query positions <c>[Tq]</c>, or <c>[B,Tq]</c> where rows differ.</param>
    /// <param name="keys">Number of keys Tk.</param>
    /// <param name="window">Tokens seen, the query's own included; null for all.</param>
    /// <returns>True where visible: <c>[Tq,Tk]</c>, or <c>[B,1,Tq,Tk]</c> where rows differ.</returns>
    public static Tensor Causal(Tensor positions, long keys, long? window = null)
    {
        using var scope = NewDisposeScope();
        var t = (positions.dim() == 1 ? positions : positions.unsqueeze(1)).unsqueeze(-1);
        var s = RotaryEmbedding.Positions(0, keys, positions.device);
        var visible = s <= t;
        if (window is { } w)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(w, 1, nameof(window));
            visible = visible & (s > t - w);
        }
        return visible.MoveToOuterDisposeScope();
    }
}
