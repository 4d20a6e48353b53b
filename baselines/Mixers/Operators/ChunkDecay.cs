using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The decay inside chunks <c>[B,H,N,C,·]</c>. With g ≤ 0 the log decay of a token and <c>G_r = Σ_{i≤r} g_i</c> restarted in every
/// chunk, it gives the factors of the chunkwise form. Every exponent is formed as a sum of the g between two tokens, never as a
/// difference of two cumulative sums: it cannot be positive, and a very strong decay earlier in the chunk costs no digits.
/// </summary>
internal abstract class ChunkDecay
{
    /// <summary>
    /// The decay for g absent, <c>[B,T,H]</c> (one scalar a head) or <c>[B,T,H,Dk]</c> (one for each key channel), and the least value of g where the gate guarantees one.
    /// </summary>
    public static ChunkDecay Of(Tensor? g, ChunkLayout layout, ScalarType dtype, double? least = null) => g switch
    {
        null => new NoChunkDecay(),
        _ when g.dim() == 3 => new ScalarChunkDecay(layout.Split(g, dtype)),
        _ when least * layout.ChunkLength >= -BoundedChunkDecay.LargestExponent => new BoundedChunkDecay(layout.Split(g, dtype)),
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

    /// <summary>
    /// <c>P[r,i] = Σ_d x[r,d] y[i,d] e^{G[r,d] − G[i,d]}</c> for every x of <paramref name="xs"/> (rows of the result) and y of <paramref name="ys"/> (columns), each <c>[B,H,N,C,C]</c>,
    /// for i ≤ r; the upper triangle is unspecified. Exclusive: the sum on the row side leaves its own token out, <c>e^{G[r,d] − g[r,d] − G[i,d]}</c>, for i &lt; r.
    /// Products that share a side share its decay factors, so ask for them together.
    /// </summary>
    public abstract Tensor[,] Products(Tensor[] xs, Tensor[] ys, bool exclusive = false);

    /// <summary>One product of <see cref="Products"/>.</summary>
    public Tensor Product(Tensor x, Tensor y) => Products([x], [y])[0, 0];

    private protected static Tensor[,] Each(Tensor[] xs, Tensor[] ys, Func<Tensor, Tensor, Tensor> product)
    {
        var products = new Tensor[xs.Length, ys.Length];
        for (var i = 0; i < xs.Length; i++)
        {
            for (var j = 0; j < ys.Length; j++)
            {
                products[i, j] = product(xs[i], ys[j]);
            }
        }
        return products;
    }
}
