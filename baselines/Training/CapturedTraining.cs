using System.Runtime.InteropServices;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>
/// Training steps as CUDA graphs: forward, backward, clipping, AdamW and schedule of one step are captured once for each batch shape and replayed with the next batch
/// copied in. Step count and learning rate live in device memory, and nothing is read back between logged steps. A gradient that is not finite changes no weight and
/// is reported at the next logged step.
/// </summary>
internal sealed class CapturedTraining : IDisposable
{
    sealed record Entry(Tensor Ids, Tensor Labels, Tensor? Where, Tensor Loss, Tensor ResidualRms)
    {
        internal CudaGraph? Graph { get; set; }
    }

    const int StepsUnderWay = 4;

    readonly Queue<(PreparedBatch Batch, CudaEvent Copied)> underWay = [];
    readonly Dictionary<((long, long, long), bool), Entry> entries = [];
    readonly LoopedModel model;
    readonly TrainingRecipe recipe;
    readonly FusedAdamW optimiser;
    readonly BatchPrefetcher batches;
    readonly GraphPool pool = new();
    PreparedBatch? next;
    double loss, norm;

    CapturedTraining(LoopedModel model, ITokenBatchSource source, TrainingRecipe recipe, FusedAdamW optimiser, int done, int end)
    {
        (this.model, this.recipe, this.optimiser) = (model, recipe, optimiser);
        optimiser.Reset(done);
        batches = new BatchPrefetcher(source, done, end, pin: true);
    }

    /// <summary>Null where steps cannot be captured; <paramref name="execution"/> then says why.</summary>
    internal static CapturedTraining? TryCreate(
        LoopedModel model, ITokenBatchSource source, TrainingRecipe recipe, AdamW optimiser, TrainingOptions options, int done, out string execution)
    {
        var reason = Obstacle(model, recipe, optimiser, options);
        execution = reason is null ? "CUDA graph" : "eager: " + reason;
        return reason is null ? new(model, source, recipe, optimiser.Fused!, done, Math.Min(options.StopAfterStep ?? recipe.Steps, recipe.Steps)) : null;
    }

    static string? Obstacle(LoopedModel model, TrainingRecipe recipe, AdamW optimiser, TrainingOptions options)
    {
        if (CudaGraph.Problem(model.Device) is { } problem) return problem;
        if (options.ForceEager) return "eager execution was asked for";
        if (optimiser.Fused is null) return FusedOperations.Description;
        if (model.Definition.Draw is not null) return "mixers are drawn anew at each step";
        return recipe.Loss.Kind is LossKind.LastLoop or LossKind.EveryLoop or LossKind.Weighted ? null : $"the loss {recipe.Loss.Kind} changes from step to step";
    }

    /// <summary>Takes the next batch and captures a graph for its shape where there is none. Null, or why the step cannot be captured: weights are then as before.</summary>
    internal string? Prepare(bool log)
    {
        next = batches.Take();
        if (entries.ContainsKey((next.Shape, log))) return null;
        var entry = NewEntry(next);
        Fill(entry, next);
        using var before = NewDisposeScope();
        var kept = optimiser.State.Append(model.Parameters.Flat).Select(tensor => (tensor, tensor.detach().clone())).ToArray();
        try
        {
            entry.Graph = CudaGraph.Capture(model.Device, () => Work(entry, log), pool);
            entries[(next.Shape, log)] = entry;
            return null;
        }
        catch (Exception error) when (error is ExternalException or CudaException && !error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase))
        {
            Free(entry);
            return $"the step could not be captured ({error.Message.Split('\n', 2)[0].Trim()})";
        }
        finally
        {
            using var noGrad = no_grad();
            model.Parameters.Gradient.zero_();
            foreach (var (tensor, copy) in kept) tensor.copy_(copy);
            model.Device.Synchronise();
        }
    }

    /// <summary>Issues one step; only a logged one waits for the device. Between logged steps loss and norm are those last read.</summary>
    internal TrainingPoint Step(int step, long tokensBefore, bool log)
    {
        var batch = next!;
        next = null;
        var entry = entries[(batch.Shape, log)];
        Fill(entry, batch);
        Retire(batch);
        entry.Graph!.Replay();
        var tokens = tokensBefore + batch.Ids.NumberOfElements;
        if (!log) return new TrainingPoint(step + 1, tokens, loss, norm, recipe.LearningRateAt(step), []);
        var status = optimiser.Read();
        loss = entry.Loss.to(ScalarType.Float64).item<double>();
        norm = status.SkippedSteps > 0 ? double.NaN : status.GradientNorm;
        using var rms = entry.ResidualRms.cpu();
        return new TrainingPoint(step + 1, tokens, loss, norm, status.LearningRate, [.. rms.data<float>().Select(value => (double)value)]);
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
            zeros([], ScalarType.Float32, model.Device.TorchDevice).DetachFromDisposeScope(),
            zeros([model.Definition.LoopCount], ScalarType.Float32, model.Device.TorchDevice).DetachFromDisposeScope());
    }

    static void Fill(Entry entry, PreparedBatch batch)
    {
        PinnedCopy.ToDevice(batch.Ids, entry.Ids);
        PinnedCopy.ToDevice(batch.Labels, entry.Labels);
        if (batch.Where is not null) PinnedCopy.ToDevice(batch.Where, entry.Where!);
    }

    void Work(Entry entry, bool log)
    {
        using var scope = NewDisposeScope();
        var auxiliary = new List<Tensor>();
        (model.RecordResidualRms, model.AuxiliaryLosses) = (log, auxiliary);
        try
        {
            var value = LossFunction.AtPositions(model, entry.Ids, entry.Labels, entry.Where, recipe.Loss);
            var total = auxiliary.Aggregate(value, (sum, extra) => sum.add(extra.mul(recipe.AuxiliaryLossWeight)));
            total.backward();
            BackwardTensors.Release();
            using var noGrad = no_grad();
            entry.Loss.copy_(value);
            if (log) entry.ResidualRms.copy_(stack(model.ResidualSquares).sqrt());
            optimiser.Step();
        }
        finally
        {
            (model.RecordResidualRms, model.AuxiliaryLosses) = (false, null);
        }
    }

    static void Free(Entry entry)
    {
        entry.Graph?.Dispose();
        foreach (var tensor in (Tensor?[])[entry.Ids, entry.Labels, entry.Where, entry.Loss, entry.ResidualRms]) tensor?.Dispose();
    }

    public void Dispose()
    {
        batches.Dispose();
        next?.Dispose();
        while (underWay.Count > 0) Finish();
        model.Device.Synchronise();
        foreach (var entry in entries.Values) Free(entry);
    }
}
