namespace LT2.Eval.Models.Definitions;

/// <summary>Which readouts a model is trained on.</summary>
public enum LossKind
{
    /// <summary>Cross-entropy after the last loop only (LT2).</summary>
    LastLoop,

    /// <summary>The mean of the cross-entropies after every loop.</summary>
    EveryLoop,

    /// <summary>A weighted mean of them, one weight a loop.</summary>
    Weighted,

    /// <summary>After the last loop, where the number of loops is drawn anew for each step.</summary>
    RandomLoopCount,

    /// <summary>The expectation under the exit gate's distribution minus an entropy bonus (Ouro, stage I).</summary>
    ExitExpectation,

    /// <summary>The gate alone learns to go on after a loop (from the second) that improved the loss on the loop before it, the rest stays as it is (Ouro, stage II).</summary>
    ExitImprovement,
}
