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
        ctx.save_data("target", GradientTarget.Keep(weight));
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
        WeightGradient(dy, x, GradientTarget.From(ctx.get_data("target")));
        var dx = BackwardTensors.Keep(dy.matmul(weight).view(saved[0].shape));
        gradient.Dispose();
        return [dx, null!];
    }

    /// <summary>dyᵀ x, added to the target where there is one (then null comes back), else a tensor of its own.</summary>
    /// <param name="dy">[rows, N].</param>
    /// <param name="x">[rows, K].</param>
    /// <param name="target">The weight's gradient, or null.</param>
    internal static Tensor? WeightGradient(Tensor dy, Tensor x, GradientTarget? target)
    {
        if (target is null)
        {
            var own = BackwardTensors.Keep(empty([dy.shape[1], x.shape[1]], dy.dtype, dy.device));
            Run(new(dy, x, own, false));
            return own;
        }
        using var into = target.Gradient;
        Run(new(dy, x, into, true));
        return null;
    }

    static void Run(NarrowWeightGradient.Product product)
    {
        if (NarrowWeightGradient.Serves(product)) NarrowWeightGradient.Run(product);
        else if (product.Adds) BackwardBranch.Run(product.X.device, [product.Dy, product.X, product.Into], read => read[2].addmm_(read[0].t(), read[1]));
        else product.Into.addmm_(product.Dy.t(), product.X, beta: 0, alpha: 1); // the pass reads what is handed to it
    }
}
