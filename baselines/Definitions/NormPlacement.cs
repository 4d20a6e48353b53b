namespace LT2.Eval.Models.Definitions;

/// <summary>Where a block's norms stand.</summary>
public enum NormPlacement
{
    /// <summary>Before the mixer and before the feed-forward (LT2).</summary>
    Before,

    /// <summary>Before and after each of them, the second inside the residual branch (Ouro).</summary>
    Sandwich,
}
