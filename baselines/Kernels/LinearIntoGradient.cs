using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// x Wᵀ whose backward pass adds the weight's gradient into the one that is there, as part of the product. A weight that every loop shares gets a gradient from each;
/// autograd would write each apart and then add it.
/// </summary>
public sealed class LinearIntoGradient : autograd.SingleTensorFunction<LinearIntoGradient>
{
    /// <inheritdoc/>
    public override string Name => "linear_into_gradient";

    // The gradient itself is no input of the operation: autograd must not count it among the saved tensors.
    sealed record Target(Tensor Gradient);

    /// <summary>Whether gradients are asked for and the weight is a leaf that has one already.</summary>
    internal static bool Serves(Tensor x, Tensor weight) =>
        FusedOperations.Serves(x) && x.dtype == weight.dtype && FusedOperations.Recorded(weight) && weight.is_leaf && weight.grad is not null;

    /// <summary>[…, K] and [N, K] → […, N].</summary>
    public static Tensor Apply(Tensor x, Tensor weight) => apply(x.contiguous(), weight);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.save_for_backward([x, weight]);
        ctx.save_data("target", new Target(weight.grad!.DetachFromDisposeScope()));
        return nn.functional.linear(x, weight);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var saved = ctx.get_saved_variables();
        var (x, weight) = (saved[0].flatten(0, -2), saved[1]);
        var dy = gradient.contiguous().flatten(0, -2);
        using var into = ((Target)ctx.get_data("target")).Gradient;
        into.addmm_(dy.t(), x, beta: 1, alpha: 1);
        var dx = BackwardTensors.Keep(dy.matmul(weight).view(saved[0].shape));
        gradient.Dispose();
        return [dx, null!];
    }
}
