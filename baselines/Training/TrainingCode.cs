namespace LT2.Eval.Models.Training;

/// <summary>The version of everything that decides what training yields.</summary>
public static class TrainingCode
{
    /// <summary>Raised with every change that makes the same definition, recipe, batches and seed give other weights.</summary>
    public const int Version = 4;
}
