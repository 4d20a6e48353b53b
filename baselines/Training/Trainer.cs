using System.Globalization;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training.Parallel;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>
/// Trains a model: AdamW with weight decay on matrices only, linear warm-up, cosine decay, clipping by global norm. On CPU, the same model, batches, recipe, seed and
/// thread count give the same bits, resumed or not.
/// </summary>
public static class Trainer
{
    /// <summary>Trains in place.</summary>
    /// <param name="model">The model; its definition's loop count is the one that is trained.</param>
    /// <param name="source">Batches by step.</param>
    /// <param name="recipe">How.</param>
    /// <param name="options">What is reported and kept. If its folder holds a state of the same model and recipe, training goes on from there.</param>
    /// <param name="seed">Seed of what the loss draws (random loop counts).</param>
    /// <exception cref="ModelException">A recipe with problems, a batch without labels, a kept state that belongs to something else.</exception>
    public static TrainingResult Train(LoopedModel model, ITokenBatchSource source, TrainingRecipe recipe, TrainingOptions options, long seed = 0)
    {
        if (recipe.Problems() is { Count: > 0 } problems) throw new ModelException(problems);
        // The exit gate's own stage leaves the backbone without gradients; decay must not move it either.
        using var optimiser = new AdamW(model.Parameters, recipe.Loss.Kind == LossKind.ExitImprovement ? recipe with { WeightDecay = 0 } : recipe);
        using var memory = NewDisposeScope();
        if (options.Group is { Rank: > 0 }) options = options with { StateFolder = null };
        var state = new TrainingState(model, optimiser, recipe, seed);
        var (done, tokens, points) = options.StateFolder is { } folder && TrainingState.Exists(folder) ? state.Load(folder) : (0, 0L, []);
        var end = Math.Min(options.StopAfterStep ?? recipe.Steps, recipe.Steps);
        using var group = new StepGroup(model, recipe, options);
        (done, tokens) = group.Start(optimiser, done, tokens);
        var captured = CapturedTraining.TryCreate(model, source, recipe, optimiser, group, options, done, out var execution);
        var eager = captured is null ? new EagerTraining(model, source, recipe, optimiser, group, seed, done, end) : null;
        TrainingResult End(TrainingOutcome outcome, string reason = "") => new(outcome, reason, done, points) { Execution = execution + group.Note };

        try
        {
            while (done < end)
            {
                if (group.MustStop(options.CancellationToken, done))
                {
                    if (options.StateFolder is { } keep) state.Save(keep, done, tokens, points);
                    return End(TrainingOutcome.Interrupted, $"cancelled after step {done.ToString(CultureInfo.InvariantCulture)} of {recipe.Steps.ToString(CultureInfo.InvariantCulture)}");
                }
                var log = done == 0 || done + 1 == end || (done + 1) % options.LogEverySteps == 0;
                if (captured is not null && captured.Prepare(log) is { } problem)
                {
                    captured.Dispose();
                    (captured, execution) = (null, "eager: " + problem);
                    eager = new EagerTraining(model, source, recipe, optimiser, group, seed, done, end);
                }
                var point = captured?.Step(done, tokens, log) ?? eager!.Step(done, tokens, log);
                done++;
                tokens = point.Tokens;
                if (Trouble(point, points, recipe, options, log) is { } trouble)
                {
                    points.Add(point);
                    options.Progress?.Report(point);
                    return End(TrainingOutcome.Diverged, trouble);
                }
                if (log)
                {
                    points.Add(point);
                    options.Progress?.Report(point);
                }
                if (options is { StateFolder: { } place, CheckpointEverySteps: > 0 } && done % options.CheckpointEverySteps == 0 && done < recipe.Steps)
                    state.Save(place, done, tokens, points);
            }
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            return End(TrainingOutcome.OutOfMemory, error.Message.Split('\n', 2)[0]);
        }
        finally
        {
            captured?.Dispose();
            eager?.Dispose();
        }
        if (options.StateFolder is { } kept && end < recipe.Steps) state.Save(kept, done, tokens, points);
        return End(TrainingOutcome.Finished);
    }

    internal static string? Trouble(TrainingPoint point, List<TrainingPoint> earlier, TrainingRecipe recipe, TrainingOptions options, bool log)
    {
        if (!double.IsFinite(point.Loss)) return FormattableString.Invariant($"the loss is {point.Loss} at step {point.Step}");
        if (!double.IsFinite(point.GradientNorm)) return FormattableString.Invariant($"the gradient norm is {point.GradientNorm} at step {point.Step}");
        var warm = point.Step > recipe.Steps * recipe.WarmupFraction;
        return log && warm && earlier.Count > 0 && point.Loss > options.DivergenceFactor * Math.Max(earlier[0].Loss, 1e-3)
            ? FormattableString.Invariant($"the loss is {point.Loss:G4} at step {point.Step}, {options.DivergenceFactor} times above the first ({earlier[0].Loss:G4})")
            : null;
    }
}
