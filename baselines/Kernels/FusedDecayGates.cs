using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>Gated DeltaNet's gates in float32: g = −exp(A_log) · softplus(a + dt_bias) and β = scale · σ(b), one kernel forward and two backward.</summary>
public sealed class FusedDecayGates : autograd.MultiTensorFunction<FusedDecayGates>
{
    /// <inheritdoc/>
    public override string Name => "fused_decay_gates";

    internal static bool Serves(Tensor a, Tensor logA, Tensor bias) =>
        FusedOperations.Serves(a) && a.shape[^1] <= 256 && logA.dtype == a.dtype && bias.dtype == a.dtype;

    /// <summary>a, b [B, L, H]; A_log, dt_bias [H] → g, β [B, L, H] float32.</summary>
    public static (Tensor G, Tensor Beta) Apply(Tensor a, Tensor b, Tensor logA, Tensor bias, double betaScale)
    {
        (a, b) = (a.contiguous(), b.contiguous());
        var outputs = FusedOperations.Recorded(a, b, logA, bias) ? apply(a, b, logA, bias, betaScale) : Run(a, b, logA, bias, betaScale);
        return (outputs[0], outputs[1]);
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var inputs = vars.Take(4).Cast<Tensor>().ToList();
        ctx.save_for_backward(inputs);
        ctx.save_data("scale", vars[4]);
        return Run(inputs[0], inputs[1], inputs[2], inputs[3], (double)vars[4]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (a, b, logA, bias) = (saved[0], saved[1], saved[2], saved[3]);
        var (da, db) = (BackwardTensors.Keep(empty_like(a)), BackwardTensors.Keep(empty_like(b)));
        var (dlogA, dbias) = Backward(a, b, logA, bias, gradients[0], gradients[1], da, db, (double)ctx.get_data("scale"));
        foreach (var gradient in gradients) gradient.Dispose();
        return [da, db, dlogA, dbias, null!];
    }

    /// <summary>Writes da and db, whose rows may be columns of wider ones, and gives the gradients of A_log and dt_bias. a and b have the same distance between rows.</summary>
    internal static (Tensor LogA, Tensor Bias) Backward(Tensor a, Tensor b, Tensor logA, Tensor bias, Tensor dg, Tensor dbeta, Tensor da, Tensor db, double scale)
    {
        var (rows, heads) = (FusedOperations.Rows(a), a.shape[^1]);
        var both = empty([2 * heads], a.dtype, a.device);
        var blocks = Math.Min(264, (rows + 256 / heads - 1) / (256 / heads));
        var partial = empty([blocks, 2 * heads], ScalarType.Float32, a.device);
        KernelLibrary.Get(a, "decay_gates", "decay_gates_backward").Launch(blocks, 256, a, b, logA, bias, dg.contiguous(), dbeta.contiguous(), da, db, partial,
            rows, (int)heads, FusedOperations.TokenStride(a), FusedOperations.TokenStride(da), (float)scale);
        ColumnSum.Launch(partial, both, blocks, 2 * heads);
        return (BackwardTensors.Keep(both.narrow(0, 0, heads)), BackwardTensors.Keep(both.narrow(0, heads, heads)));
    }

    /// <summary>g and β; a and b may be columns of wider rows.</summary>
    internal static List<Tensor> Run(Tensor a, Tensor b, Tensor logA, Tensor bias, double scale)
    {
        var (rows, heads) = (FusedOperations.Rows(a), a.shape[^1]);
        var (g, beta) = (empty(a.shape, ScalarType.Float32, a.device), empty(a.shape, ScalarType.Float32, a.device));
        KernelLibrary.Get(a, "decay_gates", "decay_gates_forward").Launch((rows * heads + 255) / 256, 256, a, b, logA, bias, g, beta, rows, (int)heads, FusedOperations.TokenStride(a), (float)scale);
        return [g, beta];
    }
}
