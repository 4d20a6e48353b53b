using System.Globalization;
using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Definitions;

/// <summary>The <c>recipe</c> section of a file; absent fields are null.</summary>
internal sealed record RecipeFields
{
    internal int? Steps, BatchSize, MinimumLoopCount;
    internal double? LearningRate, MinimumLearningRateFraction, WarmupFraction, WeightDecay, Beta1, Beta2, Epsilon, ClipNorm, EntropyWeight, AuxiliaryLossWeight;
    internal LossKind? Loss;
    internal IReadOnlyList<double>? LossWeights;

    internal static RecipeFields Read(YamlSection section)
    {
        var fields = new RecipeFields
        {
            Steps = section.Integer("steps"), BatchSize = section.Integer("batchSize"), LearningRate = section.Real("learningRate"),
            MinimumLearningRateFraction = section.Real("minimumLearningRateFraction"), WarmupFraction = section.Real("warmupFraction"),
            WeightDecay = section.Real("weightDecay"), Beta1 = section.Real("beta1"), Beta2 = section.Real("beta2"), Epsilon = section.Real("epsilon"),
            ClipNorm = section.Real("clipNorm"), Loss = section.Word<LossKind>("loss"), MinimumLoopCount = section.Integer("minimumLoopCount"),
            EntropyWeight = section.Real("entropyWeight"), AuxiliaryLossWeight = section.Real("auxiliaryLossWeight"), LossWeights = Weights(section),
        };
        section.Close();
        return fields;
    }

    static List<double>? Weights(YamlSection section)
    {
        if (section.TextList("lossWeights") is not { } texts) return null;
        var weights = new List<double>();
        foreach (var text in texts)
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && weight >= 0) weights.Add(weight);
            else section.Problem("lossWeights", $"has '{text}' where a number of 0 or more belongs.");
        }
        return weights;
    }

    internal RecipeFields OverriddenBy(RecipeFields later) => new()
    {
        Steps = later.Steps ?? Steps, BatchSize = later.BatchSize ?? BatchSize, MinimumLoopCount = later.MinimumLoopCount ?? MinimumLoopCount,
        LearningRate = later.LearningRate ?? LearningRate, MinimumLearningRateFraction = later.MinimumLearningRateFraction ?? MinimumLearningRateFraction,
        WarmupFraction = later.WarmupFraction ?? WarmupFraction, WeightDecay = later.WeightDecay ?? WeightDecay, Beta1 = later.Beta1 ?? Beta1,
        Beta2 = later.Beta2 ?? Beta2, Epsilon = later.Epsilon ?? Epsilon, ClipNorm = later.ClipNorm ?? ClipNorm, EntropyWeight = later.EntropyWeight ?? EntropyWeight,
        AuxiliaryLossWeight = later.AuxiliaryLossWeight ?? AuxiliaryLossWeight, Loss = later.Loss ?? Loss, LossWeights = later.LossWeights ?? LossWeights,
    };

    internal TrainingRecipe Build()
    {
        var d = new TrainingRecipe();
        return new TrainingRecipe
        {
            Steps = Steps ?? d.Steps, BatchSize = BatchSize ?? d.BatchSize, LearningRate = LearningRate ?? d.LearningRate,
            MinimumLearningRateFraction = MinimumLearningRateFraction ?? d.MinimumLearningRateFraction, WarmupFraction = WarmupFraction ?? d.WarmupFraction,
            WeightDecay = WeightDecay ?? d.WeightDecay, Beta1 = Beta1 ?? d.Beta1, Beta2 = Beta2 ?? d.Beta2, Epsilon = Epsilon ?? d.Epsilon,
            ClipNorm = ClipNorm ?? d.ClipNorm, AuxiliaryLossWeight = AuxiliaryLossWeight ?? d.AuxiliaryLossWeight,
            Loss = new LossDefinition(Loss ?? d.Loss.Kind, LossWeights, MinimumLoopCount ?? d.Loss.MinimumLoopCount, EntropyWeight ?? d.Loss.EntropyWeight),
        };
    }
}
