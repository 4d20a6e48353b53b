using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>RMSNorm, with the residual sum before it where there is one, in one kernel forward and two backward. Equal to <see cref="Layers.RmsNorm"/> up to rounding.</summary>
public sealed class FusedRmsNorm : autograd.MultiTensorFunction<FusedRmsNorm>
{
    /// <inheritdoc/>
    public override string Name => "fused_rms_norm";

    // Parameters are views of one flat tensor, so a weight behind an odd number of elements may lie where 16-byte loads cannot reach it.
    internal static bool Serves(Tensor x, Tensor weight) => FusedOperations.Serves(x) && weight.dtype == x.dtype && x.shape[^1] % FusedOperations.Vector(x) == 0
        && x.shape[^1] <= 8192 && FusedOperations.IsAligned(weight) && FusedOperations.IsAligned(x);

    /// <summary>y = norm(x) · weight.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, double epsilon)
    {
        x = x.contiguous();
        return FusedOperations.Recorded(x, weight) ? apply(x, null!, weight, epsilon, false)[0] : Run(x, null, weight, epsilon).Y;
    }

    /// <summary>x and y = norm(x) · weight, for a stream that is read further: the gradient of both comes back in one kernel.</summary>
    public static (Tensor Kept, Tensor Y) KeepThenNorm(Tensor x, Tensor weight, double epsilon)
    {
        x = x.contiguous();
        if (!FusedOperations.Recorded(x, weight)) return (x, Run(x, null, weight, epsilon).Y);
        var outputs = apply(x, null!, weight, epsilon, true);
        return (outputs[1], outputs[0]);
    }

    /// <summary>h = x + residual and y = norm(h) · weight.</summary>
    public static (Tensor Sum, Tensor Y) AddThenNorm(Tensor x, Tensor residual, Tensor weight, double epsilon)
    {
        (x, residual) = (x.contiguous(), residual.contiguous());
        if (!FusedOperations.Recorded(x, residual, weight))
        {
            var (sum, y, _) = Run(x, residual, weight, epsilon);
            return (sum, y);
        }
        var outputs = apply(x, residual, weight, epsilon, true);
        return (outputs[1], outputs[0]);
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, residual, weight) = ((Tensor)vars[0], vars[1] as Tensor, (Tensor)vars[2]);
        var (sum, y, inverse) = Run(x, residual, weight, (double)vars[3]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([sum, weight, inverse]);
        ctx.save_data("residual", residual is not null);
        ctx.save_data("target", GradientTarget.Keep(weight));
        if (residual is not null) return [y, sum];
        return (bool)vars[4] ? [y, x.alias()] : [y];
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, weight, inverse) = (saved[0], saved[1], saved[2]);
        using var dy = gradients[0].IsInvalid ? zeros_like(x) : gradients[0].contiguous();
        using var dsum = gradients.Count > 1 && !gradients[1].IsInvalid ? gradients[1].contiguous() : null;
        var (dx, dweight) = Back(x, weight, inverse, dy, 1, dsum, GradientTarget.From(ctx.get_data("target")));
        foreach (var gradient in gradients) gradient.Dispose();
        return (bool)ctx.get_data("residual") ? [dx, dx, dweight!, null!, null!] : [dx, null!, dweight!, null!, null!];
    }

    /// <summary>Gradients of the normed sum and of the weight (null where it was added to the target).</summary>
    /// <param name="x">[…, d], what was normed.</param>
    /// <param name="weight">[d].</param>
    /// <param name="inverse">One over each row's root mean square.</param>
    /// <param name="dy">[parts, …, d]: the norm's gradient is their sum.</param>
    /// <param name="parts">How many.</param>
    /// <param name="dsum">What comes from other readers of x, or null.</param>
    /// <param name="target">Where the weight's gradient is added up, or null.</param>
    internal static (Tensor Dx, Tensor? Dweight) Back(Tensor x, Tensor weight, Tensor inverse, Tensor dy, long parts, Tensor? dsum, GradientTarget? target)
    {
        var (width, rows) = (x.shape[^1], FusedOperations.Rows(x));
        var dx = BackwardTensors.Keep(empty_like(x));
        var blocks = BackwardBlocks(rows, width, FusedOperations.Vector(x));
        var partial = empty([blocks, width], ScalarType.Float32, x.device);
        (string, long)[] constants = parts == 1 ? [("WIDTH", width)] : [("WIDTH", width), ("PARTS", parts)];
        KernelLibrary.Get(x, "rms_norm", "rms_norm_backward", constants).Launch(blocks, 256, x, weight, inverse, dy, dsum, dx, partial, rows, blocks);
        return (dx, ColumnSum.Gradient(partial, weight, target, blocks));
    }

    internal static (Tensor Sum, Tensor Y, Tensor Inverse) Run(Tensor x, Tensor? residual, Tensor weight, double epsilon)
    {
        var width = x.shape[^1];
        var rows = FusedOperations.Rows(x);
        var y = empty_like(x);
        var sum = residual is null ? x : empty_like(x);
        var inverse = empty([rows], ScalarType.Float32, x.device);
        var rowsABlock = 256 / Group(width, FusedOperations.Vector(x));
        KernelLibrary.Get(x, "rms_norm", "rms_norm_forward", ("WIDTH", width))
            .Launch((rows + rowsABlock - 1) / rowsABlock, 256, x, residual, weight, residual is null ? null : sum, y, inverse, rows, (float)epsilon);
        return (sum, y, inverse);
    }

    // As many as an H100 holds at once, where registers bound them, with equal work for each.
    static long BackwardBlocks(long rows, long width, int vector)
    {
        var group = Group(width, vector);
        var shares = (rows * group + 255) / 256;
        var most = 132 * (width / vector <= group ? 5 : 3);
        return (shares + (shares + most - 1) / most - 1) / ((shares + most - 1) / most);
    }

    /// <summary>Threads that share a row: the constant GROUP of rms_norm.cu.</summary>
    internal static int Group(long width, int vector) => width > 1024 ? 256 : (int)Math.Min(32, System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(width / vector)));
}
