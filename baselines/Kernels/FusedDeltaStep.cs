using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// One token of a delta-rule mixer in one launch, from packed projections to the gated, normed read-out: short convolution and SiLU, L2 norm of q and k, decay, write
/// strength, state update, RMSNorm ⊙ gate. State and convolution tail change in place. Without gradients.
/// </summary>
internal sealed class FusedDeltaStep
{
    const int MostThreads = 512, MostRowsAThread = 16;

    /// <summary>How the state decays.</summary>
    internal enum Decay
    {
        /// <summary>Not at all (DeltaNet).</summary>
        None = 0,

        /// <summary>exp(−e^A softplus(a + bias)) for each value head (GDN).</summary>
        Head = 1,

        /// <summary>The same for each key channel (KDA).</summary>
        Channel = 2,

        /// <summary>exp(bound · σ(e^A (f + bias))) for each key channel (KDA with a bounded gate).</summary>
        BoundedChannel = 3,
    }

    /// <summary>What the gate goes through.</summary>
    internal enum Gate
    {
        /// <summary>There is none.</summary>
        None = 0,

        /// <summary>x σ(x).</summary>
        Silu = 1,

        /// <summary>σ(x).</summary>
        Sigmoid = 2,
    }

    /// <summary>H.</summary>
    internal required int KeyHeads { get; init; }

    /// <summary>HV, a multiple of H.</summary>
    internal required int ValueHeads { get; init; }

    /// <summary>Dk.</summary>
    internal required int KeyHead { get; init; }

    /// <summary>Dv.</summary>
    internal required int ValueHead { get; init; }

    /// <summary>[2 H Dk + HV Dv, 1, K] taps of the convolution on q, k, v, or null for SiLU alone.</summary>
    internal Tensor? Taps { get; init; }

    /// <summary>[2 H Dk + HV Dv], or null.</summary>
    internal Tensor? TapBias { get; init; }

    /// <summary>Column of the packed projections where the HV logits of β begin, or null for a constant β.</summary>
    internal long? StrengthOffset { get; init; }

    /// <summary>β is this times σ, or this.</summary>
    internal double StrengthFactor { get; init; } = 1;

    /// <summary>The decay.</summary>
    internal Decay DecayKind { get; init; }

    /// <summary>Column of the packed projections where the HV decay logits of <see cref="Decay.Head"/> begin.</summary>
    internal long DecayOffset { get; init; }

    /// <summary>A_log [HV].</summary>
    internal Tensor? LogRate { get; init; }

    /// <summary>[HV] or [HV Dk].</summary>
    internal Tensor? DecayBias { get; init; }

    /// <summary>Of <see cref="Decay.BoundedChannel"/>.</summary>
    internal double DecayBound { get; init; }

    /// <summary>The gate's activation.</summary>
    internal Gate GateKind { get; init; }

    /// <summary>[Dv] of the output norm.</summary>
    internal required Tensor Norm { get; init; }

    /// <summary>ε of the output norm.</summary>
    internal required double NormEpsilon { get; init; }

    /// <summary>ε of the L2 norm.</summary>
    internal double L2Epsilon { get; init; } = 1e-6;

    int Teams
    {
        get
        {
            // Threads a column: as many as fit, in whole warps.
            var quads = ValueHead / 4;
            for (var teams = Math.Min(16, MostThreads / quads); teams > 0; teams--)
                if (quads * teams % 32 == 0) return teams;
            return 0;
        }
    }

    /// <summary>Whether the kernel may take a token with this input.</summary>
    internal bool Serves(Tensor x) =>
        FusedOperations.Serves(x) && !FusedOperations.Recorded(x) && Norm.dtype == x.dtype && ValueHead % 4 == 0 && ValueHead / 4 <= MostThreads
        && Teams is > 0 and var teams && KeyHead <= teams * MostRowsAThread;

    /// <summary>Runs it.</summary>
    /// <param name="packed">[B, 1, W]: q, k, v, and what the offsets say.</param>
    /// <param name="gate">[B, 1, HV Dv] with any row stride, or null.</param>
    /// <param name="channelDecay">[B, 1, HV Dk] raw decay logits of a decay for each channel, else null.</param>
    /// <param name="tail">[B, K − 1, 2 H Dk + HV Dv], changed in place; null without a convolution.</param>
    /// <param name="state">[B, HV, Dk, Dv] float32, changed in place.</param>
    /// <returns>[B, 1, HV Dv].</returns>
    internal Tensor Apply(Tensor packed, Tensor? gate, Tensor? channelDecay, Tensor? tail, Tensor state)
    {
        (packed, channelDecay) = (packed.contiguous(), channelDecay?.contiguous());
        var batch = packed.shape[0];
        var o = empty([batch, 1, ValueHeads * ValueHead], packed.dtype, packed.device);
        KernelLibrary.Get(packed, "delta_step", "delta_step", ("KEY", KeyHead), ("VALUE", ValueHead), ("GROUP", ValueHeads / KeyHeads), ("KERNEL", Taps?.shape[^1] ?? 0),
                ("TEAMS", Teams), ("DECAY", (int)DecayKind), ("STRENGTH", StrengthOffset is null ? 0 : 1), ("GATE", (int)GateKind))
            .LaunchOverlapping(batch * KeyHeads, ValueHead / 4 * Teams, packed, packed.shape[^1], KeyHeads, StrengthOffset ?? 0, DecayOffset, Taps, TapBias, tail,
                channelDecay, LogRate, DecayBias, (float)DecayBound, (float)StrengthFactor, gate, gate?.stride(0) ?? 0, Norm, (float)L2Epsilon, (float)NormEpsilon,
                (float)(1 / Math.Sqrt(KeyHead)), state, o);
        return o;
    }
}
