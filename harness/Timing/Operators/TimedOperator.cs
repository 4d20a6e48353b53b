using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Timing.Operators;

/// <summary>A recurrent operator that can be timed by itself.</summary>
/// <param name="Name">As mixers are called.</param>
/// <param name="Decay">How many decays a head and token has.</param>
/// <param name="Delta">Whether it is a delta rule: it then also reads β.</param>
/// <param name="Run">q, k, v, β, g → output.</param>
public sealed record TimedOperator(string Name, TimedOperator.DecayKind Decay, bool Delta, Func<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor> Run)
{
    private const int Chunk = 64, DecayTile = 16;

    /// <summary>Kinds of decay.</summary>
    public enum DecayKind
    {
        /// <summary>None.</summary>
        None,

        /// <summary>One a head and token.</summary>
        Scalar,

        /// <summary>One for each key channel.</summary>
        Vector,
    }

    /// <summary>Operators by name.</summary>
    public static IReadOnlyList<TimedOperator> All { get; } =
    [
        new("deltanet", DecayKind.None, true, (q, k, v, beta, _) => DeltaRule.Chunkwise(q, k, v, beta).Output),
        new("gdn", DecayKind.Scalar, true, (q, k, v, beta, g) => GatedDeltaRule.Chunkwise(q, k, v, beta, g).Output),
        new("kda", DecayKind.Vector, true, (q, k, v, beta, g) => KimiDeltaRule.Chunkwise(q, k, v, beta, g).Output),
        new("linear_attn", DecayKind.None, false, (q, k, v, _, _) => LinearAttention.Chunkwise(q, k, v).Output),
        new("retnet", DecayKind.None, false, (q, k, v, _, _) => Retention.Chunkwise(q, k, v).Output),
        new("gla", DecayKind.Vector, false, (q, k, v, _, g) => GatedLinearAttention.Chunkwise(q, k, v, g).Output),
        new("hgrn2", DecayKind.Vector, false, (q, k, v, _, g) => GatedLinearAttention.Chunkwise(q, k, v, g).Output),
    ];

    /// <summary>Bytes that must move forward at least: q, k, v in, o out, gates in float32.</summary>
    public double Bytes(OperatorShape s, int elementBytes)
    {
        var heads = 2.0 * elementBytes * (s.KeyHeads * s.KeyWidth + s.ValueHeads * s.ValueWidth);
        var gates = 4.0 * s.ValueHeads * ((Delta ? 1 : 0) + Decay switch { DecayKind.Vector => s.KeyWidth, DecayKind.Scalar => 1, _ => 0 });
        return (double)s.Batch * s.Length * (heads + gates);
    }

    /// <summary>Floating-point operations forward in chunks of 64, a multiply-add counted as two, skipped upper triangles not credited.</summary>
    public double Operations(OperatorShape s)
    {
        double dk = s.KeyWidth, dv = s.ValueWidth;
        var chunk = Delta ? 2 * Chunk * (3 * dk + 2 * dv) + Chunk * Chunk / 3.0 + 6 * dk * dv : 2 * Chunk * (dk + dv) + 4 * dk * dv;
        var tiles = Decay == DecayKind.Vector ? (Delta ? 8 : 4) * DecayTile * dk : 0;
        return (double)s.Batch * s.Length * s.ValueHeads * (chunk + tiles);
    }
}
