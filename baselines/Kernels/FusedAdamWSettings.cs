namespace LT2.Eval.Models.Kernels;

/// <summary>AdamW's constants and its schedule: linear warm-up to the peak, then a cosine down to a share of it.</summary>
public sealed record FusedAdamWSettings
{
    /// <summary>What a recipe says.</summary>
    public static FusedAdamWSettings Of(Training.TrainingRecipe recipe) => new()
    {
        PeakLearningRate = recipe.LearningRate, MinimumLearningRateFraction = recipe.MinimumLearningRateFraction, TotalSteps = recipe.Steps,
        WarmupSteps = (long)Math.Round(recipe.Steps * recipe.WarmupFraction), WeightDecay = recipe.WeightDecay, Beta1 = recipe.Beta1, Beta2 = recipe.Beta2,
        Epsilon = recipe.Epsilon, ClipNorm = recipe.ClipNorm,
    };

    /// <summary>Highest learning rate.</summary>
    public double PeakLearningRate { get; init; } = 1e-3;

    /// <summary>The cosine ends at this share of the peak.</summary>
    public double MinimumLearningRateFraction { get; init; }

    /// <summary>Steps in which the rate rises linearly.</summary>
    public long WarmupSteps { get; init; }

    /// <summary>Steps in all.</summary>
    public long TotalSteps { get; init; } = 1;

    /// <summary>Decoupled weight decay of the parameters that have one.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>First-moment decay.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Second-moment decay.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>ε beside the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The global gradient norm is clipped to this.</summary>
    public double ClipNorm { get; init; } = 1;
}
