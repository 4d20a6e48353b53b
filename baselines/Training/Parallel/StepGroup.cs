using System.Globalization;
using LT2.Eval.Models.Looping;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training.Parallel;

/// <summary>What a step has to do with the other processes of a group; nothing where a process trains alone.</summary>
internal sealed class StepGroup : IDisposable
{
    readonly LoopedModel model;
    readonly IProcessGroup? group;
    readonly GradientReducer? reducer;

    internal StepGroup(LoopedModel model, TrainingRecipe recipe, TrainingOptions options)
    {
        Share = StepShare.Of(recipe, options.Group);
        this.model = model;
        if (options.Group is not { Size: > 1 } several) return;
        group = several;
        // Micro-batches that are added in float32 beside the gradient are whole only after the last one, so nothing of them can be sent before.
        var addsApart = Share.Count > 1 && model.ElementType is not (ScalarType.Float32 or ScalarType.Float64);
        reducer = new GradientReducer(model, group, addsApart ? ReduceSchedule.AfterBackward : options.ReduceSchedule);
    }

    /// <summary>What this process computes of a step.</summary>
    internal StepShare Share { get; }

    internal bool IsAlone => group is null;

    /// <summary>Whether the sums belong to the last backward pass, and so into a captured step.</summary>
    internal bool SumsWithinBackward => reducer is { Schedule: ReduceSchedule.DuringBackward };

    /// <summary>What to write behind how steps ran.</summary>
    internal string Note => group is null ? ""
        : $", {group.Description}, gradients summed {(reducer!.Schedule == ReduceSchedule.AfterBackward ? "after" : "during")} the backward pass";

    /// <summary>Gives every process the weights, moments and step of process 0, so that a group begins as one, resumed or not.</summary>
    internal (int Done, long Tokens) Start(AdamW optimiser, int done, long tokens)
    {
        if (group is null) return (done, tokens);
        var text = string.Create(CultureInfo.InvariantCulture, $"{done} {tokens}");
        var position = System.Text.Encoding.ASCII.GetString(group.BroadcastBytes(group.Rank == 0 ? System.Text.Encoding.ASCII.GetBytes(text) : null)).Split(' ');
        foreach (var tensor in (Tensor[])[optimiser.Master, optimiser.FirstMoment, optimiser.SecondMoment]) group.Broadcast(tensor);
        optimiser.Publish();
        return (int.Parse(position[0], CultureInfo.InvariantCulture), long.Parse(position[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Whether training ends before the next step. Processes of a group stop after the same one; they ask one another every few steps only.</summary>
    internal bool MustStop(CancellationToken cancellation, int done)
    {
        const int askEverySteps = 8;
        if (group is null) return cancellation.IsCancellationRequested;
        return done % askEverySteps == 0 && group.Any(cancellation.IsCancellationRequested);
    }

    /// <summary>Before the last backward pass of a step.</summary>
    internal void BeforeLastBackward() => reducer?.Begin();

    /// <summary>Behind it: the model's gradient becomes the sum over all processes.</summary>
    internal void SumGradients() => reducer?.End();

    /// <summary>Loss parts and mean squares of the residual stream of all processes: the loss adds up, the squares are averaged.</summary>
    internal (double Loss, List<double> Squares) Sum(double loss, List<double> squares)
    {
        if (group is null) return (loss, squares);
        using var scope = NewDisposeScope();
        var sum = tensor([loss, .. squares.Select(square => square / group.Size)], device: model.Device.TorchDevice);
        group.AllReduceSum(sum);
        var values = sum.cpu().data<double>().ToArray();
        return (values[0], [.. values.Skip(1)]);
    }

    public void Dispose() => reducer?.Dispose();
}
