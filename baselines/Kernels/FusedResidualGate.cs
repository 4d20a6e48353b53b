using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>(h + pending) + gate ⊙ before in one kernel forward and two backward.</summary>
public sealed class FusedResidualGate : autograd.SingleTensorFunction<FusedResidualGate>
{
    const int Threads = 256, BackwardBlocks = 264;

    /// <inheritdoc/>
    public override string Name => "fused_residual_gate";

    internal static bool Serves(Tensor h, Tensor gate) => FusedOperations.Serves(h) && gate.dtype == h.dtype && h.shape[^1] % FusedOperations.Vector(h) == 0
        && h.shape[^1] / FusedOperations.Vector(h) <= Threads && FusedOperations.IsAligned(gate);

    /// <summary>h, pending (or null), before […, d]; gates [loops, d], of which one row is taken. Its gradient is added to the row's where there is one.</summary>
    public static Tensor Apply(Tensor h, Tensor? pending, Tensor gates, long row, Tensor before) =>
        is_grad_enabled() && GradientTarget.OfRow(gates, row) is { } target ? Apply(h, pending, gates.detach()[row], before, target) : Apply(h, pending, gates[row], before, null);

    static Tensor Apply(Tensor h, Tensor? pending, Tensor gate, Tensor before, GradientTarget? target)
    {
        (h, pending, before) = (h.contiguous(), pending?.contiguous(), before.contiguous());
        return target is not null || FusedOperations.Recorded(h, pending, gate, before) ? apply(h, pending!, gate, before, GradientTarget.Keep(target)) : Run(h, pending, gate, before);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (h, pending, gate, before) = ((Tensor)vars[0], vars[1] as Tensor, (Tensor)vars[2], (Tensor)vars[3]);
        ctx.save_for_backward([gate, before]);
        ctx.save_data("pending", pending is not null);
        ctx.save_data("target", vars[4]);
        return Run(h, pending, gate, before);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (gate, before) = (saved[0], saved[1]);
        var (rows, width) = (FusedOperations.Rows(before), before.shape[^1]);
        var dy = BackwardTensors.Keep(gradient.contiguous());
        var dbefore = BackwardTensors.Keep(empty_like(before));
        var blocks = Math.Min(BackwardBlocks, rows);
        var partial = empty([blocks, width], ScalarType.Float32, before.device);
        Kernel(before, "residual_gate_backward").Launch(blocks, Threads, dy, gate, before, dbefore, partial, rows);
        var dgate = ColumnSum.Gradient(partial, gate, GradientTarget.From(ctx.get_data("target")), blocks);
        gradient.Dispose();
        return [dy, (bool)ctx.get_data("pending") ? dy : null!, dgate!, dbefore, null!];
    }

    static Tensor Run(Tensor h, Tensor? pending, Tensor gate, Tensor before)
    {
        var y = empty_like(h);
        var rows = FusedOperations.Rows(h);
        Kernel(h, "residual_gate_forward").Launch(Math.Clamp(rows * (h.shape[^1] / FusedOperations.Vector(h)) / (4 * Threads), 1, 4224), Threads, h, pending, gate, before, y, rows);
        return y;
    }

    static KernelFunction Kernel(Tensor like, string name) => KernelLibrary.Get(like, "residual_gate", name, ("WIDTH", like.shape[^1]));
}
