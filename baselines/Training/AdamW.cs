using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Looping;
using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter, 2019) over all parameters as one flat tensor: a dozen operations a step whatever the number of parameters.
/// Only the decayed part, which lies first, loses weight. Models in bfloat16 train through a float32 copy.
/// </summary>
internal sealed class AdamW : IDisposable
{
    readonly ParameterStore store;
    readonly TrainingRecipe recipe;
    readonly Tensor master; // the store's own tensor, or its float32 copy
    readonly bool copied;

    internal AdamW(ParameterStore store, TrainingRecipe recipe)
    {
        (this.store, this.recipe) = (store, recipe);
        store.AttachGradients();
        using var scope = NewDisposeScope();
        copied = store.Flat.dtype is not (ScalarType.Float32 or ScalarType.Float64);
        if (FusedOperations.Serves(store.Flat)) Fused = new FusedAdamW(store.Flat, store.Gradient, store.DecayedCount, FusedAdamWSettings.Of(recipe));
        master = Fused?.Master ?? (copied ? store.Flat.to(ScalarType.Float32).DetachFromDisposeScope() : store.Flat);
        FirstMoment = Fused?.FirstMoment ?? zeros_like(master).DetachFromDisposeScope();
        SecondMoment = Fused?.SecondMoment ?? zeros_like(master).DetachFromDisposeScope();
    }

    /// <summary>The same weights and moments behind three kernel launches, where kernels serve them; else null.</summary>
    internal FusedAdamW? Fused { get; }

    internal Tensor Master => master;
    internal Tensor FirstMoment { get; }
    internal Tensor SecondMoment { get; }

    /// <summary>Copies values that were written into the optimiser's own tensor to the model.</summary>
    internal void Publish()
    {
        using var noGrad = no_grad();
        if (copied) store.Flat.copy_(master);
    }

    /// <summary>The global gradient norm, before clipping.</summary>
    internal double GradientNorm()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return store.Gradient.to(master.dtype).norm().ToDouble();
    }

    /// <summary>Clips, updates, and clears the gradients.</summary>
    /// <param name="step">From 1.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="gradientNorm">As <see cref="GradientNorm"/> gave it.</param>
    internal void Step(int step, double learningRate, double gradientNorm)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var gradient = store.Gradient.to(master.dtype);
        var clip = recipe.ClipNorm / (gradientNorm + 1e-6);
        if (clip < 1) gradient.mul_(clip);
        FirstMoment.mul_(recipe.Beta1).add_(gradient, 1 - recipe.Beta1);
        SecondMoment.mul_(recipe.Beta2).addcmul_(gradient, gradient, 1 - recipe.Beta2);
        var root = SecondMoment.sqrt().div_(Math.Sqrt(1 - Math.Pow(recipe.Beta2, step))).add_(recipe.Epsilon);
        if (recipe.WeightDecay > 0) master.narrow(0, 0, store.DecayedCount).mul_(1 - learningRate * recipe.WeightDecay);
        master.addcdiv_(FirstMoment, root, -learningRate / (1 - Math.Pow(recipe.Beta1, step)));
        store.Gradient.zero_();
        Publish();
    }

    public void Dispose()
    {
        if (Fused is not null)
        {
            Fused.Dispose();
            return;
        }
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        if (copied) master.Dispose();
    }
}
