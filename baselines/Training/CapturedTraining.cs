using System.Runtime.InteropServices;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using LT2.Eval.Models.Training.Parallel;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>
/// Training steps as CUDA graphs: forward, backward, clipping, AdamW and schedule of one step are captured once for each batch shape and replayed with the next batch
/// copied in. A step of several micro-batches replays a graph for each; only the last one's has the update. Step count and learning rate live in device memory, and
/// nothing is read back between logged steps. A gradient that is not finite changes no weight and is reported at the next logged step.
/// </summary>
internal sealed class CapturedTraining : IDisposable
{
    sealed record Entry(Tensor Ids, Tensor Labels, Tensor? Where, Tensor? LabelShare)
    {
        internal CudaGraph? Graph { get; set; }
    }

    const int StepsUnderWay = 4;

    readonly Queue<(PreparedBatch Batch, CudaEvent Copied)> underWay = [];
    readonly Dictionary<((long, long, long) Shape, bool Weighted, bool Log, bool Last), Entry> entries = [];
    readonly LoopedModel model;
    readonly TrainingRecipe recipe;
    readonly FusedAdamW optimiser;
    readonly BatchPrefetcher<StepBatches<PreparedBatch>> batches;
    readonly GradientSum gradients;
    readonly StepGroup group;
    readonly GraphPool pool = new();
    readonly Tensor stepLoss, residualSquares; // sums over the step's micro-batches, float32
    StepBatches<PreparedBatch>? next;
    double loss, norm;

    CapturedTraining(LoopedModel model, ITokenBatchSource source, TrainingRecipe recipe, FusedAdamW optimiser, StepGroup group, int done, int end)
    {
        (this.model, this.recipe, this.optimiser, this.group) = (model, recipe, optimiser, group);
        optimiser.Reset(done);
        gradients = new GradientSum(model.Parameters, group.Share.Count);
        stepLoss = zeros([], ScalarType.Float32, model.Device.TorchDevice).DetachFromDisposeScope();
        residualSquares = zeros([model.Definition.LoopCount], ScalarType.Float32, model.Device.TorchDevice).DetachFromDisposeScope();
        batches = new(step => StepBatches<PreparedBatch>.Make(source, step, group.Share, part => PreparedBatch.From(part, pin: true)), done, end);
    }

    /// <summary>Null where steps cannot be captured; <paramref name="execution"/> then says why.</summary>
    internal static CapturedTraining? TryCreate(
        LoopedModel model, ITokenBatchSource source, TrainingRecipe recipe, AdamW optimiser, StepGroup group, TrainingOptions options, int done, out string execution)
    {
        var reason = Obstacle(model, recipe, optimiser, options);
        execution = reason is null ? "CUDA graph" : "eager: " + reason;
        return reason is null ? new(model, source, recipe, optimiser.Fused!, group, done, Math.Min(options.StopAfterStep ?? recipe.Steps, recipe.Steps)) : null;
    }

    static string? Obstacle(LoopedModel model, TrainingRecipe recipe, AdamW optimiser, TrainingOptions options)
    {
        if (CudaGraph.Problem(model.Device) is { } problem) return problem;
        if (options.ForceEager) return "eager execution was asked for";
        if (optimiser.Fused is null) return FusedOperations.Description;
        if (model.Definition.Draw is not null) return "mixers are drawn anew at each step";
        return recipe.Loss.Kind is LossKind.LastLoop or LossKind.EveryLoop or LossKind.Weighted ? null : $"the loss {recipe.Loss.Kind} changes from step to step";
    }

    /// <summary>Takes the next batch and captures graphs for its shapes where there are none. Null, or why the step cannot be captured: weights are then as before.</summary>
    internal string? Prepare(bool log)
    {
        next = batches.Take();
        return next.Parts.Select((part, index) => Capture(part, log, index + 1 == next.Parts.Count)).FirstOrDefault(problem => problem is not null);
    }

    string? Capture(PreparedBatch batch, bool log, bool last)
    {
        if (entries.ContainsKey(Key(batch, log, last))) return null;
        var entry = NewEntry(batch);
        Fill(entry, batch);
        using var before = NewDisposeScope();
        var kept = optimiser.State.Append(model.Parameters.Flat).Select(tensor => (tensor, tensor.detach().clone())).ToArray();
        try
        {
            entry.Graph = CudaGraph.Capture(model.Device, () => Work(entry, log, last), pool);
            entries[Key(batch, log, last)] = entry;
            return null;
        }
        catch (Exception error) when (error is ExternalException or CudaException && !OutOfMemory.Is(error))
        {
            Free(entry);
            return $"the step could not be captured ({error.Message.Split('\n', 2)[0].Trim()})";
        }
        finally
        {
            using var noGrad = no_grad();
            model.Parameters.Gradient.zero_();
            gradients.Clear();
            foreach (var (tensor, copy) in kept) tensor.copy_(copy);
            model.Device.Synchronise();
        }
    }

    static ((long, long, long), bool, bool, bool) Key(PreparedBatch batch, bool log, bool last) => (batch.Shape, batch.LabelShare is not null, log, last);

    /// <summary>Issues one step; only a logged one waits for the device. Between logged steps loss and norm are those last read.</summary>
    internal TrainingPoint Step(int step, long tokensBefore, bool log)
    {
        var (parts, tokens) = (next!.Parts, tokensBefore + next.TokenCount);
        next = null;
        Clear();
        for (var part = 0; part < parts.Count; part++)
        {
            var entry = entries[Key(parts[part], log, part + 1 == parts.Count)];
            Fill(entry, parts[part]);
            Retire(parts[part]);
            entry.Graph!.Replay();
        }
        if (!group.IsAlone)
        {
            if (!group.SumsWithinBackward) group.SumGradients();
            optimiser.Step();
        }
        if (!log) return new TrainingPoint(step + 1, tokens, loss, norm, recipe.LearningRateAt(step), []);
        var status = optimiser.Read();
        using var squares = residualSquares.cpu();
        (loss, var means) = group.Sum(stepLoss.to(ScalarType.Float64).item<double>(), [.. squares.data<float>().Select(value => (double)value / parts.Count)]);
        norm = status.SkippedSteps > 0 ? double.NaN : status.GradientNorm;
        return new TrainingPoint(step + 1, tokens, loss, norm, status.LearningRate, [.. means.Select(Math.Sqrt)]);
    }

    // Sums of several micro-batches start at zero; a step of one writes its values without adding.
    void Clear()
    {
        if (group.Share.Count == 1) return;
        using var noGrad = no_grad();
        stepLoss.zero_();
        residualSquares.zero_();
    }

    /// <summary>Replays the last graph on the batch it holds: what a step costs the device alone.</summary>
    internal void ReplayOnce() => entries.Values.Last().Graph!.Replay();

    // The copy reads the batch after this call returns; a few steps stay under way, so that the host prepares launches while the device works.
    void Retire(PreparedBatch batch)
    {
        var copied = new CudaEvent(Math.Max(model.Device.TorchDevice.index, 0));
        copied.Record();
        underWay.Enqueue((batch, copied));
        if (underWay.Count > StepsUnderWay) Finish();
    }

    void Finish()
    {
        var (batch, copied) = underWay.Dequeue();
        copied.Synchronise();
        copied.Dispose();
        batch.Dispose();
    }

    Entry NewEntry(PreparedBatch batch)
    {
        using var scope = NewDisposeScope();
        Tensor Like(Tensor x) => zeros(x.shape, x.dtype, model.Device.TorchDevice).DetachFromDisposeScope();
        return new(Like(batch.Ids), Like(batch.Labels), batch.Where is null ? null : Like(batch.Where),
            batch.LabelShare is null ? null : Like(batch.LabelShare));
    }

    static void Fill(Entry entry, PreparedBatch batch)
    {
        PinnedCopy.ToDevice(batch.Ids, entry.Ids);
        PinnedCopy.ToDevice(batch.Labels, entry.Labels);
        if (batch.Where is not null) PinnedCopy.ToDevice(batch.Where, entry.Where!);
        if (batch.LabelShare is not null) PinnedCopy.ToDevice(batch.LabelShare, entry.LabelShare!);
    }

    void Work(Entry entry, bool log, bool last)
    {
        using var scope = NewDisposeScope();
        var auxiliary = new List<Tensor>();
        (model.RecordResidualRms, model.AuxiliaryLosses) = (log, auxiliary);
        try
        {
            var value = LossFunction.AtPositions(model, entry.Ids, entry.Labels, entry.Where, recipe.Loss);
            if (entry.LabelShare is not null) value = value.mul(entry.LabelShare);
            var weight = recipe.AuxiliaryLossWeight / (entry.LabelShare is null ? 1 : group.Share.PartCount);
            if (last && group.SumsWithinBackward) group.BeforeLastBackward();
            var total = auxiliary.Aggregate(value, (sum, extra) => sum.add(extra.mul(weight)));
            using (last && group.SumsWithinBackward ? null : BackwardBranch.Begin(model.Device.TorchDevice)) total.backward(); // sums over processes read gradients on the way
            BackwardTensors.Release();
            using var noGrad = no_grad();
            Record(stepLoss, value);
            if (log) Record(residualSquares, stack(model.ResidualSquares));
            if (last)
            {
                gradients.Complete();
                if (group.SumsWithinBackward) group.SumGradients();
                if (group.IsAlone) optimiser.Step(); // else it follows the graph, behind the sums over processes
            }
            else
            {
                gradients.Add();
            }
        }
        finally
        {
            (model.RecordResidualRms, model.AuxiliaryLosses) = (false, null);
        }
    }

    void Record(Tensor target, Tensor value)
    {
        if (group.Share.Count == 1) target.copy_(value);
        else target.add_(value);
    }

    static void Free(Entry entry)
    {
        entry.Graph?.Dispose();
        foreach (var tensor in (Tensor?[])[entry.Ids, entry.Labels, entry.Where, entry.LabelShare]) tensor?.Dispose();
    }

    public void Dispose()
    {
        batches.Dispose();
        next?.Dispose();
        while (underWay.Count > 0) Finish();
        model.Device.Synchronise();
        foreach (var entry in entries.Values) Free(entry);
        gradients.Dispose();
        stepLoss.Dispose();
        residualSquares.Dispose();
    }
}
