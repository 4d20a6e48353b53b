using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// The residual sum, its RMSNorm and the SwiGLU feed-forward of it, for models of width 128 in training: h = x + residual, y = feed-forward(norm(h)). As one operation, since
/// the feed-forward's backward pass leaves its input's gradient in parts, which the norm's adds up as it reads them. See <see cref="NarrowFeedForward"/>.
/// </summary>
public sealed class FusedNarrowFeedForward : autograd.MultiTensorFunction<FusedNarrowFeedForward>
{
    /// <inheritdoc/>
    public override string Name => "fused_narrow_feed_forward";

    /// <summary>Whether it may take these inputs and gradients are asked for.</summary>
    internal static bool Serves(Tensor x, Tensor normWeight, Tensor gateAndUp, Tensor down) => NarrowFeedForward.Serves(x, gateAndUp, down) && FusedRmsNorm.Serves(x, normWeight);

    /// <summary>x and residual […, d], norm's weight [d], gate and up [2 F, d], down [d, F] → h and y […, d].</summary>
    public static (Tensor Sum, Tensor Y) Apply(Tensor x, Tensor residual, Tensor normWeight, double epsilon, Tensor gateAndUp, Tensor down)
    {
        var outputs = apply(x.contiguous(), residual.contiguous(), normWeight, epsilon, gateAndUp, down);
        return (outputs[1], outputs[0]);
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (norm, gateAndUp, down) = ((Tensor)vars[2], (Tensor)vars[4], (Tensor)vars[5]);
        var (sum, normed, inverse) = FusedRmsNorm.Run((Tensor)vars[0], (Tensor)vars[1], norm, (double)vars[3]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([sum, norm, inverse, normed, gateAndUp, down]);
        ctx.save_data("norm", GradientTarget.Keep(norm));
        ctx.save_data("gateAndUp", GradientTarget.Keep(gateAndUp));
        ctx.save_data("down", GradientTarget.Keep(down));
        return [NarrowFeedForward.Forward(normed, gateAndUp, down), sum];
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var saved = ctx.get_saved_variables();
        var (sum, norm, inverse, normed) = (saved[0], saved[1], saved[2], saved[3]);
        using var dy = gradients[0].IsInvalid ? zeros_like(sum) : gradients[0].contiguous();
        using var dsum = gradients[1].IsInvalid ? null : gradients[1].contiguous();
        var inner = NarrowFeedForward.Backward(normed, dy, (saved[4], GradientTarget.From(ctx.get_data("gateAndUp"))), (saved[5], GradientTarget.From(ctx.get_data("down"))));
        var (dx, dnorm) = FusedRmsNorm.Back(sum, norm, inverse, inner.DxParts, inner.DxParts.shape[0], dsum, GradientTarget.From(ctx.get_data("norm")));
        foreach (var gradient in gradients) gradient.Dispose();
        return [dx, dx, dnorm!, null!, inner.DgateAndUp!, inner.Ddown!];
    }
}
