namespace LT2.Eval.Results.Gating;

/// <summary>
/// Largest change of a sample's score, relative to the larger of 1 and the score, that another order of the same sums explains: some hundred
/// units in the last place of the compute dtype. Answers that are right or wrong have none: any flip counts.
/// </summary>
public static class NumericsTolerance
{
    /// <summary>The tolerance of a dtype; an unknown one has none.</summary>
    public static double Of(string dtype) => dtype switch
    {
        "float64" => 1e-12,
        "float32" => 1e-4,
        "float16" or "tfloat32" => 1e-2, // both keep ten bits of a product's inputs
        "bfloat16" => 5e-2,
        _ => 0,
    };
}
