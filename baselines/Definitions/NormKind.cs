namespace LT2.Eval.Models.Definitions;

/// <summary>The norm of blocks and of the head's input.</summary>
public enum NormKind
{
    /// <summary>RMSNorm with a weight.</summary>
    RootMeanSquare,

    /// <summary>LayerNorm with a weight and a bias (RWKV7).</summary>
    Layer,
}
