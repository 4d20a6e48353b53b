using System.Globalization;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>Trains the parameters of any objective, step by step, eagerly, on one device: what conversion needs beside <see cref="Trainer"/>.</summary>
public static class ObjectiveTrainer
{
    /// <summary>Trains in place.</summary>
    /// <param name="objective">What is minimised, over which parameters.</param>
    /// <param name="source">Batches by step.</param>
    /// <param name="recipe">Steps, rates and the rest; its loss and gradient accumulation belong to <see cref="Trainer"/>.</param>
    /// <param name="options">What is reported and kept. If its folder holds a state of the same objective and recipe, training goes on from there.</param>
    /// <param name="seed">Part of the state's identity.</param>
    /// <exception cref="ModelException">A recipe with problems, or a kept state that belongs to something else.</exception>
    public static TrainingResult Train(ITrainingObjective objective, ITokenBatchSource source, TrainingRecipe recipe, TrainingOptions options, long seed)
    {
        if (recipe.Problems() is { Count: > 0 } problems) throw new ModelException(problems);
        using var optimiser = new AdamW(objective.Parameters, recipe);
        using var memory = NewDisposeScope();
        var state = new TrainingState(objective.Identity, objective.Parameters.Flat.dtype, optimiser, recipe, seed);
        var (done, tokens, points) = options.StateFolder is { } folder && TrainingState.Exists(folder) ? state.Load(folder) : (0, 0L, []);
        TrainingResult End(TrainingOutcome outcome, string reason = "") => new(outcome, reason, done, points);
        try
        {
            while (done < recipe.Steps)
            {
                if (options.CancellationToken.IsCancellationRequested)
                {
                    if (options.StateFolder is { } keep) state.Save(keep, done, tokens, points);
                    return End(TrainingOutcome.Interrupted, string.Create(CultureInfo.InvariantCulture, $"cancelled after step {done} of {recipe.Steps}"));
                }
                var log = done == 0 || done + 1 == recipe.Steps || (done + 1) % options.LogEverySteps == 0;
                var point = Step(objective, source, recipe, optimiser, done, tokens, log);
                done++;
                tokens = point.Tokens;
                var trouble = Trainer.Trouble(point, points, recipe, options, log);
                if (log || trouble is not null)
                {
                    points.Add(point);
                    options.Progress?.Report(point);
                }
                if (trouble is not null) return End(TrainingOutcome.Diverged, trouble);
                if (options is { StateFolder: { } place, CheckpointEverySteps: > 0 } && done % options.CheckpointEverySteps == 0 && done < recipe.Steps)
                    state.Save(place, done, tokens, points);
            }
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            return End(TrainingOutcome.OutOfMemory, error.Message.Split('\n', 2)[0]);
        }
        return End(TrainingOutcome.Finished);
    }

    static TrainingPoint Step(ITrainingObjective objective, ITokenBatchSource source, TrainingRecipe recipe, AdamW optimiser, int step, long tokensBefore, bool log)
    {
        using var scope = NewDisposeScope();
        using var given = source.GetBatch(step);
        var device = objective.Parameters.Flat.device;
        var batch = new TokenBatch(given.InputIds.to(device), given.Labels.to(device));
        var value = objective.Accumulate(batch, step, log);
        BackwardTensors.Release();
        var norm = optimiser.GradientNorm();
        var rate = recipe.LearningRateAt(step);
        var loss = value.Loss.ToDouble();
        if (double.IsFinite(norm) && double.IsFinite(loss)) optimiser.Step(step + 1, rate, norm);
        return new TrainingPoint(step + 1, tokensBefore + batch.InputIds.NumberOfElements, loss, norm, rate, value.ResidualRmsByLoop);
    }
}
