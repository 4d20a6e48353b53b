using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// From Gated DeltaNet's packed projections [q | k | v | gate | a | b] to the inputs of its operator as one operation: convolution with SiLU over q, k, v, L2 norm of the
/// heads of q and k, decay and β in float32. Its backward pass writes every part's gradient into its columns of one packed gradient; apart, autograd would pad each part
/// to the whole width and add them up.
/// </summary>
public sealed class FusedDeltaInputs : autograd.MultiTensorFunction<FusedDeltaInputs>
{
    /// <summary>Widths and constants of the layer.</summary>
    /// <param name="KeyHeads">H.</param>
    /// <param name="KeyHead">Dk.</param>
    /// <param name="ValueHeads">HV.</param>
    /// <param name="ValueHead">Dv.</param>
    /// <param name="OutputGate">Whether the projections hold a gate.</param>
    /// <param name="StrengthFactor">β = factor · σ(b).</param>
    /// <param name="Epsilon">Of the L2 norm.</param>
    internal sealed record Layer(int KeyHeads, int KeyHead, int ValueHeads, int ValueHead, bool OutputGate, double StrengthFactor, double Epsilon)
    {
        internal long Keys => 2L * KeyHeads * KeyHead;

        internal long Values => (long)ValueHeads * ValueHead;

        internal long Gates => Keys + Values;

        internal long Decays => Gates + (OutputGate ? Values : 0);
    }

    /// <inheritdoc/>
    public override string Name => "fused_delta_inputs";

    internal static bool Serves(Tensor projected, Tensor taps, Tensor logA, Tensor bias, Layer layer)
    {
        var vector = FusedOperations.Vector(projected);
        return projected.is_contiguous() && FusedOperations.Serves(projected) && taps.dtype == projected.dtype && FusedOperations.IsAligned(projected)
            && layer.KeyHead % vector == 0 && layer.KeyHead <= 1024 && layer.ValueHead % vector == 0 && projected.shape[^1] % vector == 0 && taps.shape[2] <= 8
            && layer.ValueHeads <= 256 && logA.dtype == projected.dtype && bias.dtype == projected.dtype && projected.shape[0] <= 65535;
    }

    /// <summary>q and k side by side [B, L, 2 H, Dk], v [B, L, HV, Dv], g and β [B, L, HV] float32, and the gate [B, L, HV, Dv] where there is one.</summary>
    internal static (Tensor QK, Tensor V, Tensor G, Tensor Beta, Tensor? Gate) Apply(Tensor projected, Tensor taps, Tensor logA, Tensor bias, Layer layer)
    {
        var outputs = FusedOperations.Recorded(projected, taps, logA, bias) ? apply(projected, taps, logA, bias, layer) : Run(projected, taps, logA, bias, layer).Outputs;
        return (outputs[0], outputs[1], outputs[2], outputs[3], layer.OutputGate ? outputs[4] : null);
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (projected, taps, logA, bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3]);
        var layer = (Layer)vars[4];
        var (outputs, mixed, inverse) = Run(projected, taps, logA, bias, layer);
        ctx.save_for_backward([projected, taps, logA, bias, mixed, inverse]);
        ctx.save_data("layer", layer);
        ctx.save_data("target", GradientTarget.Keep(taps));
        return outputs;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (projected, taps, logA, bias) = (saved[0], saved[1], saved[2], saved[3]);
        var layer = (Layer)ctx.get_data("layer");
        var whole = BackwardTensors.Keep(empty(projected.shape, projected.dtype, projected.device));
        var dkeys = FusedL2Norm.Backward(Heads(saved[4], 0, 2 * layer.KeyHeads, layer.KeyHead), saved[5], gradients[0].contiguous());
        var dtaps = FusedShortConvolution.Backward(projected, taps, dkeys, gradients[1].contiguous(), whole, GradientTarget.From(ctx.get_data("target")));
        var (dlogA, dbias) = FusedDecayGates.Backward(Decays(projected, layer, 0), Decays(projected, layer, 1), logA, bias, gradients[2], gradients[3],
            Decays(whole, layer, 0), Decays(whole, layer, 1), layer.StrengthFactor);
        if (layer.OutputGate)
        {
            var rows = FusedOperations.Rows(projected);
            KernelLibrary.Get(projected, "columns", "place_columns").Launch((rows * layer.Values / FusedOperations.Vector(projected) + 255) / 256, 256,
                gradients[4].contiguous(), whole.narrow(-1, layer.Gates, layer.Values), rows, layer.Values, projected.shape[^1]);
        }
        foreach (var gradient in gradients) gradient.Dispose();
        return [whole, dtaps!, dlogA, dbias, null!];
    }

    static (List<Tensor> Outputs, Tensor Mixed, Tensor Inverse) Run(Tensor projected, Tensor taps, Tensor logA, Tensor bias, Layer layer)
    {
        var mixed = FusedShortConvolution.Forward(projected, taps);
        var (qk, inverse) = FusedL2Norm.Run(Heads(mixed, 0, 2 * layer.KeyHeads, layer.KeyHead), layer.Epsilon);
        var gates = FusedDecayGates.Run(Decays(projected, layer, 0), Decays(projected, layer, 1), logA, bias, layer.StrengthFactor);
        List<Tensor> outputs = [qk, Heads(mixed, layer.Keys, layer.ValueHeads, layer.ValueHead), .. gates];
        if (layer.OutputGate) outputs.Add(Heads(projected, layer.Gates, layer.ValueHeads, layer.ValueHead));
        return (outputs, mixed, inverse);
    }

    static Tensor Heads(Tensor x, long first, long heads, long width) => x.narrow(-1, first, heads * width).unflatten(2, [heads, width]);

    static Tensor Decays(Tensor x, Layer layer, int which) => x.narrow(-1, layer.Decays + which * layer.ValueHeads, layer.ValueHeads);
}
