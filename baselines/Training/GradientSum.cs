using LT2.Eval.Models.Looping;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>
/// Adds up the gradients of a step's micro-batches. A float32 or float64 model adds them up in its own gradient; beside a narrower one the sum is kept in float32,
/// since the model's gradient would be rounded at every addition.
/// </summary>
internal sealed class GradientSum : IDisposable
{
    readonly ParameterStore store;
    readonly Tensor? sum;

    /// <param name="store">With its gradients attached.</param>
    /// <param name="microBatches">Of one step.</param>
    internal GradientSum(ParameterStore store, int microBatches)
    {
        this.store = store;
        if (microBatches > 1 && store.Flat.dtype is not (ScalarType.Float32 or ScalarType.Float64))
            sum = zeros(store.Flat.shape, ScalarType.Float32, store.Flat.device).DetachFromDisposeScope();
    }

    /// <summary>After the backward pass of a micro-batch that is not the step's last.</summary>
    internal void Add()
    {
        if (sum is null) return;
        using var noGrad = no_grad();
        sum.add_(store.Gradient);
        store.Gradient.zero_();
    }

    /// <summary>After the backward pass of the last one: the model's gradient is the sum, and the next step starts at zero.</summary>
    internal void Complete()
    {
        if (sum is null) return;
        using var noGrad = no_grad();
        store.Gradient.copy_(sum.add_(store.Gradient));
        Clear();
    }

    /// <summary>Forgets what was added.</summary>
    internal void Clear()
    {
        using var noGrad = no_grad();
        sum?.zero_();
    }

    public void Dispose() => sum?.Dispose();
}
