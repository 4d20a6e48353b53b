using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>RMSNorm of each head times an activated gate, x / rms(x) · w · act(gate): one kernel forward and two backward.</summary>
public sealed class FusedGatedNorm : autograd.SingleTensorFunction<FusedGatedNorm>
{
    /// <inheritdoc/>
    public override string Name => "fused_gated_norm";

    internal static bool Serves(Tensor x, Tensor weight, Tensor gate) => FusedOperations.Serves(x) && x.dim() == 4 && gate.dtype == x.dtype && weight.dtype == x.dtype
        && x.shape[3] % FusedOperations.Vector(x) == 0 && x.shape[3] * (256 / Lanes(x)) <= 12_000 && FusedOperations.IsAligned(weight)
        && gate.stride(3) == 1 && gate.stride(2) == x.shape[3] && FusedOperations.TokensFollow(gate) && FusedOperations.IsAligned(gate);

    /// <summary>x, gate [B, L, H, D] (the gate may be a slice of something wider), weight [D] → [B, L, H, D].</summary>
    /// <param name="x">What is normed.</param>
    /// <param name="weight">Of the norm.</param>
    /// <param name="gate">Before its activation.</param>
    /// <param name="epsilon">ε inside the root.</param>
    /// <param name="swish">z σ(z) rather than σ(z).</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor gate, double epsilon, bool swish)
    {
        x = x.contiguous();
        return FusedOperations.Recorded(x, weight, gate) ? apply(x, weight, gate, epsilon, swish) : Run(x, weight, gate, epsilon, swish).Y;
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, gate, swish) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (bool)vars[4]);
        var (y, inverse) = Run(x, weight, gate, (double)vars[3], swish);
        ctx.save_for_backward([x, weight, gate, inverse]);
        ctx.save_data("swish", swish);
        ctx.save_data("target", GradientTarget.Keep(weight));
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, weight, gate) = (saved[0], saved[1], saved[2]);
        using var dy = gradient.contiguous();
        var (dx, dgate) = (BackwardTensors.Keep(empty_like(x)), BackwardTensors.Keep(empty(x.shape, x.dtype, x.device)));
        var rows = FusedOperations.Rows(x);
        var blocks = Math.Min(528, (rows + 256 / Lanes(x) - 1) / (256 / Lanes(x)));
        var partial = empty([blocks, x.shape[3]], ScalarType.Float32, x.device);
        Get(x, "gated_norm_backward", (bool)ctx.get_data("swish"))
            .Launch(blocks, 256, x, gate, weight, saved[3], dy, dx, dgate, partial, rows, (int)x.shape[2], FusedOperations.TokenStride(gate), blocks);
        var dweight = ColumnSum.Gradient(partial, weight, GradientTarget.From(ctx.get_data("target")), blocks)!;
        gradient.Dispose();
        return [dx, dweight, dgate, null!, null!];
    }

    static (Tensor Y, Tensor Inverse) Run(Tensor x, Tensor weight, Tensor gate, double epsilon, bool swish)
    {
        var rows = FusedOperations.Rows(x);
        var y = empty_like(x);
        var inverse = empty([rows], ScalarType.Float32, x.device);
        var rowsABlock = 256 / Lanes(x);
        Get(x, "gated_norm_forward", swish).Launch((rows + rowsABlock - 1) / rowsABlock, 256, x, gate, weight, y, inverse, rows, (int)x.shape[2], FusedOperations.TokenStride(gate), (float)epsilon);
        return (y, inverse);
    }

    static Runtime.Cuda.KernelFunction Get(Tensor x, string kernel, bool swish) => KernelLibrary.Get(x, "gated_norm", kernel, ("WIDTH", x.shape[3]), ("SWISH", swish ? 1 : 0));

    // Threads that share a row: LANES of gated_norm.cu.
    static int Lanes(Tensor x) => (int)Math.Min(32, System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(x.shape[3] / FusedOperations.Vector(x))));
}
