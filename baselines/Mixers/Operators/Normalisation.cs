using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>The norms of the mixers, over the last axis, computed in working precision and returned in the dtype of x.</summary>
public static class Normalisation
{
    /// <summary>ε of the L2 norm of queries and keys.</summary>
    public const double L2Epsilon = 1e-6;

    /// <summary><c>x / sqrt(Σx² + ε)</c>: ε inside the root, so a zero row stays zero.</summary>
    public static Tensor L2(Tensor x, double epsilon = L2Epsilon)
    {
        using var scope = NewDisposeScope();
        var raised = WorkingPrecision.Raise(x);
        return (raised * rsqrt(raised.square().sum(-1, keepdim: true) + epsilon)).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary><c>x / max(‖x‖, floor)</c>, RWKV7's form.</summary>
    public static Tensor L2Floored(Tensor x, double floor = 1e-12)
    {
        using var scope = NewDisposeScope();
        var raised = WorkingPrecision.Raise(x);
        return nn.functional.normalize(raised, p: 2, dim: -1, eps: floor).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary><c>x · rsqrt(mean(x²) + ε) · w</c>; w <c>[D]</c> or absent.</summary>
    public static Tensor RootMeanSquare(Tensor x, Tensor? weight, double epsilon)
    {
        using var scope = NewDisposeScope();
        return Scale(WorkingPrecision.Raise(x), weight, epsilon).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Norm first, gate second: <c>RMSNorm(x) · gate · σ(gate)</c> for swish, <c>RMSNorm(x) · σ(gate)</c> for sigmoid.</summary>
    public static Tensor RootMeanSquareGated(Tensor x, Tensor gate, Tensor? weight, double epsilon, GateActivation activation)
    {
        if (weight is not null && FusedGatedNorm.Serves(x, weight, gate))
        {
            return FusedGatedNorm.Apply(x, weight, gate, epsilon, activation == GateActivation.Swish);
        }
        using var scope = NewDisposeScope();
        var raised = WorkingPrecision.Raise(x);
        var normed = Scale(raised, weight, epsilon);
        return (normed * Activate(gate.to_type(raised.dtype), activation)).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Mamba2's output norm over groups of <paramref name="groupSize"/> channels; x, gate <c>[…,C]</c>, weight <c>[C]</c>. By default gate first, norm second:
    /// <c>RMSNorm_groups(x ⊙ silu(gate)) ⊙ w</c>.
    /// </summary>
    public static Tensor GroupedGated(Tensor x, Tensor gate, Tensor weight, double epsilon, long groupSize, bool normBeforeGate = false)
    {
        using var scope = NewDisposeScope();
        var raised = WorkingPrecision.Raise(x);
        var opened = Activate(gate.to_type(raised.dtype), GateActivation.Swish);
        var value = normBeforeGate ? raised : raised * opened;
        long[] grouped = [.. x.shape[..^1], x.shape[^1] / groupSize, groupSize];
        var normed = Scale(value.reshape(grouped), null, epsilon).reshape(x.shape) * weight.to_type(raised.dtype);
        return (normBeforeGate ? normed * opened : normed).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Group norm over heads: x <c>[…,H·D]</c>, mean and variance within each of <paramref name="groups"/>; weight and bias <c>[H·D]</c> or absent.</summary>
    public static Tensor Group(Tensor x, long groups, Tensor? weight, Tensor? bias, double epsilon)
    {
        using var scope = NewDisposeScope();
        var raised = WorkingPrecision.Raise(x);
        var channels = x.shape[^1];
        var rows = raised.reshape(-1, groups, channels / groups);
        var centred = rows - rows.mean([-1], keepdim: true);
        var y = (centred * rsqrt(centred.square().mean([-1], keepdim: true) + epsilon)).reshape(x.shape);
        y = weight is null ? y : y * weight.to_type(raised.dtype);
        y = bias is null ? y : y + bias.to_type(raised.dtype);
        return y.to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary><c>gate · σ(gate)</c> or <c>σ(gate)</c>.</summary>
    internal static Tensor Activate(Tensor gate, GateActivation activation)
        => activation == GateActivation.Sigmoid ? gate.sigmoid() : nn.functional.silu(gate);

    private static Tensor Scale(Tensor x, Tensor? weight, double epsilon)
    {
        var y = x * rsqrt(x.square().mean([-1], keepdim: true) + epsilon);
        return weight is null ? y : y * weight.to_type(x.dtype);
    }
}
