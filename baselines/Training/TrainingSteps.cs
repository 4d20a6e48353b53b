using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Training.Parallel;

namespace LT2.Eval.Models.Training;

/// <summary>Training steps one by one, for whoever measures them: batch, forward, backward, clipping and update as <see cref="Trainer"/> carries them out, a CUDA graph where one can be captured.</summary>
public sealed class TrainingSteps : IDisposable
{
    readonly LoopedModel model;
    readonly ITokenBatchSource source;
    readonly TrainingRecipe recipe;
    readonly AdamW optimiser;
    readonly StepGroup group;
    CapturedTraining? captured;
    EagerTraining? eager;
    int done;

    /// <summary>Steps of a model; its definition's loop count is the one that is trained. Gradients must be enabled while they are carried out.</summary>
    /// <exception cref="ModelException">A recipe with problems.</exception>
    public TrainingSteps(LoopedModel model, ITokenBatchSource source, TrainingRecipe recipe)
    {
        if (recipe.Problems() is { Count: > 0 } problems) throw new ModelException(problems);
        (this.model, this.source, this.recipe) = (model, source, recipe);
        optimiser = new AdamW(model.Parameters, recipe);
        group = new StepGroup(model, recipe, new TrainingOptions());
        captured = CapturedTraining.TryCreate(model, source, recipe, optimiser, group, new TrainingOptions(), 0, out var execution);
        Execution = execution;
    }

    /// <summary>A CUDA graph, or eager with the reason.</summary>
    public string Execution { get; private set; }

    /// <summary>Carries out the next step; on a GPU it may return before the device is done.</summary>
    public void Step()
    {
        if (captured?.Prepare(log: false) is { } problem)
        {
            captured.Dispose();
            (captured, Execution) = (null, "eager: " + problem);
        }
        if (captured is not null) captured.Step(done, 0, log: false);
        else (eager ??= new EagerTraining(model, source, recipe, optimiser, group, 0, done, recipe.Steps)).Step(done, 0, log: false);
        done++;
    }

    /// <summary>Gives the optimiser's memory, and graphs, back; the weights stay as the steps left them.</summary>
    public void Dispose()
    {
        captured?.Dispose();
        eager?.Dispose();
        group.Dispose();
        optimiser.Dispose();
    }
}
