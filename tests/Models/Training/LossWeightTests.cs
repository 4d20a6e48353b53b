using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Tests.Training;

public sealed class LossWeightTests
{
    static double[] Weights(int loopCount, params double[] weights) =>
        [.. Enumerable.Range(1, loopCount).Select(loop => new LossDefinition(LossKind.Weighted, weights).WeightOf(loop, loopCount))];

    [Fact]
    public void Weights_add_up_to_one_and_the_last_repeats()
    {
        Assert.Equal([0.25, 0.75], Weights(2, 1, 3));
        Assert.Equal([0.2, 0.4, 0.4], Weights(3, 1, 2));
    }

    /// <summary>A model that runs fewer loops than its weights begin after is trained at its last loop.</summary>
    [Fact]
    public void Where_no_weighted_loop_runs_the_last_one_counts()
    {
        Assert.Equal([1.0], Weights(1, 0, 1));
        Assert.Equal([0.0, 1.0], Weights(2, 0, 0, 1));
        Assert.Equal([0.0, 0.0, 1.0], Weights(3, 0, 0, 1));
    }

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(1.0, -1.0)]
    [InlineData(1.0, double.NaN)]
    [InlineData(double.PositiveInfinity, 1.0)]
    public void Weights_that_weigh_nothing_are_refused(double first, double second)
    {
        var recipe = new TrainingRecipe { Loss = new LossDefinition(LossKind.Weighted, [first, second]) };
        Assert.Contains("recipe.loss.weights", Assert.Single(recipe.Problems()), StringComparison.Ordinal);
        Assert.Empty((recipe with { Loss = new LossDefinition(LossKind.Weighted, [0, 1]) }).Problems());
    }
}
