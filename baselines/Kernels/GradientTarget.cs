using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// The gradient that a shared weight has already. A backward kernel adds to it instead of handing autograd a tensor that it would add itself, once a loop and layer.
/// It is no input of the operation: autograd must not count it among the saved tensors.
/// </summary>
/// <param name="Gradient">A handle of its own; whoever adds to it disposes of it.</param>
internal sealed record GradientTarget(Tensor Gradient)
{
    /// <summary>Null where the weight is no leaf with a gradient, or none is asked for.</summary>
    internal static GradientTarget? Of(Tensor weight) =>
        weight.requires_grad && weight.is_leaf && weight.grad is { } gradient ? new(gradient.DetachFromDisposeScope()) : null;

    /// <summary>The same for one row of a weight that is a matrix.</summary>
    internal static GradientTarget? OfRow(Tensor weight, long row)
    {
        if (Of(weight) is not { } whole) return null;
        using var gradient = whole.Gradient;
        return new(gradient.select(0, row).DetachFromDisposeScope());
    }

    /// <summary>What <see cref="Of"/> gave, back from where a forward pass left it.</summary>
    internal static GradientTarget? From(object? kept) => (kept as Kept)?.Target;

    /// <summary>For <c>save_data</c>, which takes no null.</summary>
    internal static object Keep(Tensor weight) => new Kept(Of(weight));

    /// <summary>The same for one that was made before.</summary>
    internal static object Keep(GradientTarget? target) => new Kept(target);

    sealed record Kept(GradientTarget? Target);
}
