namespace LT2.Eval.Models.Training.Parallel;

/// <summary>
/// What this process computes of a step. The step's rows are cut into equal micro-batches; each process takes as many neighbouring ones. However many processes there
/// are, the step sees the same rows, and each labelled token weighs the same, so the sum of all parts is the gradient of the whole batch.
/// </summary>
/// <param name="PartCount">Micro-batches of the whole step.</param>
/// <param name="First">This process's first.</param>
/// <param name="Count">How many it takes.</param>
internal sealed record StepShare(int PartCount, int First, int Count)
{
    /// <summary>The share of a process that is alone.</summary>
    internal static StepShare All(int partCount) => new(partCount, 0, partCount);

    /// <summary>The share of a process.</summary>
    /// <exception cref="ModelException">Rows, micro-batches and processes do not divide.</exception>
    internal static StepShare Of(TrainingRecipe recipe, IProcessGroup? group)
    {
        var size = group?.Size ?? 1;
        var parts = Math.Max(recipe.GradientAccumulationSteps, size);
        if (parts % size != 0)
            throw new ModelException($"{recipe.GradientAccumulationSteps} micro-batches a step cannot be shared by {size} processes; let recipe.gradientAccumulationSteps be a multiple of {size}.");
        if (recipe.BatchSize % parts != 0)
            throw new ModelException($"recipe.batchSize {recipe.BatchSize} cannot be cut into {parts} equal micro-batches for {size} process(es); let it be a multiple.");
        var count = parts / size;
        return new StepShare(parts, (group?.Rank ?? 0) * count, count);
    }
}
