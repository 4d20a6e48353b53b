using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Training.Parallel;
using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>Training steps operation by operation: on the CPU, and on a GPU where a step cannot be captured. Batches are made on another thread.</summary>
internal sealed class EagerTraining : IDisposable
{
    readonly LoopedModel model;
    readonly TrainingRecipe recipe;
    readonly AdamW optimiser;
    readonly long seed;
    readonly GradientSum gradients;
    readonly StepGroup group;
    readonly BatchPrefetcher<StepBatches<MicroBatch>> batches;

    internal EagerTraining(LoopedModel model, ITokenBatchSource source, TrainingRecipe recipe, AdamW optimiser, StepGroup group, long seed, int done, int end)
    {
        (this.model, this.recipe, this.optimiser, this.group, this.seed) = (model, recipe, optimiser, group, seed);
        gradients = new GradientSum(model.Parameters, group.Share.Count);
        batches = new(step => StepBatches<MicroBatch>.Make(source, step, group.Share, Detached), done, end);
    }

    /// <summary>Carries out the next step. A loss or gradient that is not finite changes no weight.</summary>
    internal TrainingPoint Step(int step, long tokensBefore, bool log)
    {
        using var scope = NewDisposeScope();
        using var taken = batches.Take();
        var loss = 0.0;
        var squares = new List<double>();
        for (var part = 0; part < taken.Parts.Count; part++)
        {
            var last = part + 1 == taken.Parts.Count;
            if (last) group.BeforeLastBackward();
            loss += Backward(taken.Parts[part], step, log, squares, 1.0 / taken.Parts.Count);
            if (last) gradients.Complete();
            else gradients.Add();
        }
        group.SumGradients();
        (loss, squares) = group.Sum(loss, squares);
        var norm = optimiser.GradientNorm();
        var rate = recipe.LearningRateAt(step);
        if (double.IsFinite(norm) && double.IsFinite(loss)) optimiser.Step(step + 1, rate, norm);
        return new TrainingPoint(step + 1, tokensBefore + taken.TokenCount, loss, norm, rate, [.. squares.Select(Math.Sqrt)]);
    }

    /// <returns>The part of the step's loss that these rows have.</returns>
    double Backward(MicroBatch part, int step, bool log, List<double> squares, double rowShare)
    {
        using var scope = NewDisposeScope();
        var device = model.Device.TorchDevice;
        var auxiliary = new List<Tensor>();
        (model.RecordResidualRms, model.DrawStep, model.AuxiliaryLosses) = (log, step, auxiliary);
        try
        {
            var loss = LossFunction.Compute(model, new(part.Batch.InputIds.to(device), part.Batch.Labels.to(device)), recipe.Loss, step, seed);
            var weighted = part.LabelShare == 1 ? loss : loss.mul(part.LabelShare);
            var weight = recipe.AuxiliaryLossWeight / (part.LabelShare == 1 ? 1 : group.Share.PartCount);
            auxiliary.Aggregate(weighted, (sum, extra) => sum.add(extra.mul(weight))).backward();
            BackwardTensors.Release();
            foreach (var (loop, rms) in (log ? model.LastResidualRms : []).Index())
            {
                if (loop == squares.Count) squares.Add(0);
                squares[loop] += rms * rms * rowShare;
            }
            return loss.ToDouble() * part.LabelShare;
        }
        finally
        {
            (model.RecordResidualRms, model.DrawStep, model.AuxiliaryLosses) = (false, null, null);
        }
    }

    static MicroBatch Detached(MicroBatch part)
    {
        part.Batch.InputIds.DetachFromDisposeScope();
        part.Batch.Labels.DetachFromDisposeScope();
        return part;
    }

    public void Dispose()
    {
        batches.Dispose();
        gradients.Dispose();
    }
}
