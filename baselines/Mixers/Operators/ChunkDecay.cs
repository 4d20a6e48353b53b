using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The decay inside chunks <c>[B,H,N,C,·]</c>. With g ≤ 0 the log decay of a token and <c>G_r = Σ_{i≤r} g_i</c> restarted in every
/// chunk, it gives the factors of the chunkwise form. Every exponent is formed as a sum of the g between two tokens, never as a
/// difference of two cumulative sums: it cannot be positive, and a very strong decay earlier in the chunk costs no digits.
/// </summary>
internal abstract class ChunkDecay
{
    /// <summary>The decay for g absent, <c>[B,T,H]</c> (one scalar a head) or <c>[B,T,H,Dk]</c> (one for each key channel).</summary>
    public static ChunkDecay Of(Tensor? g, ChunkLayout layout, ScalarType dtype) => g switch
    {
        null => new NoChunkDecay(),
        _ when g.dim() == 3 => new ScalarChunkDecay(layout.Split(g, dtype)),
        _ => new VectorChunkDecay(layout.Split(g, dtype)),
    };

    /// <summary><c>x_r ⊙ e^{G_r}</c>: the decay from the start of the chunk, x <c>[B,H,N,C,Dk]</c>.</summary>
    public abstract Tensor FromStart(Tensor x);

    /// <summary><c>x_r ⊙ e^{G_r − g_r}</c>: the decay from the start of the chunk up to, but without, row r.</summary>
    public abstract Tensor FromStartExclusive(Tensor x);

    /// <summary><c>x_r ⊙ e^{G_C − G_r}</c>: the decay that remains until the end of the chunk.</summary>
    public abstract Tensor ToEnd(Tensor x);

    /// <summary><c>diag(e^{G_C}) S</c>: what the whole chunk <paramref name="index"/> leaves of a state <c>[B,H,Dk,Dv]</c>.</summary>
    public abstract Tensor Carry(Tensor state, long index);

    /// <summary><c>P[r,i] = Σ_d x[r,d] y[i,d] e^{G[r,d] − G[i,d]}</c> for i ≤ r, <c>[B,H,N,C,C]</c>; the upper triangle is unspecified.</summary>
    public abstract Tensor Product(Tensor x, Tensor y);

    /// <summary>The same with the exclusive sum on the row side, <c>e^{G[r,d] − g[r,d] − G[i,d]}</c>, for i &lt; r; the rest is unspecified.</summary>
    public abstract Tensor ProductExclusive(Tensor x, Tensor y);
}
