using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>The identity, which tells when the backward pass comes by: everything that was computed from its output has its gradient then.</summary>
internal sealed class BackwardMark : autograd.SingleTensorFunction<BackwardMark>
{
    /// <inheritdoc/>
    public override string Name => "backward_mark";

    /// <summary>Marks a place.</summary>
    /// <param name="x">Passed through.</param>
    /// <param name="passed">Called by the backward pass with the gradient, which must live until that pass has ended: autograd reads its handle after the call.</param>
    internal static Tensor Apply(Tensor x, Action<Tensor> passed) => apply(x, passed);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data("passed", vars[1]);
        return ((Tensor)vars[0]).clone();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        ((Action<Tensor>)ctx.get_data("passed"))(gradient.DetachFromDisposeScope());
        return [gradient, null!];
    }
}
