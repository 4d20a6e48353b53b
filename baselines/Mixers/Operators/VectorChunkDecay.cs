using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// One log decay a key channel, g <c>[B,H,N,C,Dk]</c>: GLA, HGRN2, KDA, RWKV7. The decay sits inside the sum over channels, so it can't be
/// applied to the product afterwards, and one factorisation <c>(x e^G)(y e^{−G})ᵀ</c> of a chunk overflows. Hence sub-chunks: for rows of one tile
/// and columns before it, both factors are taken relative to the tile's start, where every exponent is ≤ 0; inside the tile the
/// pair factors are formed directly.
/// </summary>
internal sealed class VectorChunkDecay : ChunkDecay
{
    private const long TileLength = 16;

    private readonly Tensor g, fromStart, toEnd, total;
    private readonly List<Tile> tiles = [];

    public VectorChunkDecay(Tensor g)
    {
        this.g = g;
        var length = g.size(-2);
        var inclusive = DecaySums.Inclusive(g, -2);
        fromStart = inclusive.exp();
        toEnd = DecaySums.Remaining(g, -2).exp();
        total = inclusive.select(-2, length - 1).exp();

        Tensor? untilTile = null;   // Σ of g after column i and before the tile
        for (var start = 0L; start < length; start += TileLength)
        {
            var own = g.narrow(-2, start, Math.Min(TileLength, length - start));
            tiles.Add(new Tile(start, own, untilTile?.exp(), DecaySums.Pairs(own, -2)));
            var rest = DecaySums.Remaining(own, -2);
            untilTile = untilTile is null ? rest : cat([untilTile + own.sum(-2, keepdim: true), rest], -2);
        }
    }

    public override Tensor FromStart(Tensor x) => x * fromStart;

    public override Tensor FromStartExclusive(Tensor x) => x * DecaySums.Exclusive(g, -2).exp();

    public override Tensor ToEnd(Tensor x) => x * toEnd;

    public override Tensor Carry(Tensor state, long index) => total.select(2, index).unsqueeze(-1) * state;

    public override Tensor[,] Products(Tensor[] xs, Tensor[] ys, bool exclusive = false)
    {
        var length = xs[0].size(-2);
        var strips = tiles.Select(tile => Strip(tile, xs, ys, exclusive)).ToArray();
        var products = new Tensor[xs.Length, ys.Length];
        for (var i = 0; i < xs.Length; i++)
        {
            for (var j = 0; j < ys.Length; j++)
            {
                products[i, j] = cat([.. strips.Select((strip, n) => nn.functional.pad(strip[i, j], [0, length - tiles[n].Start - tiles[n].Length]))], -2);
            }
        }
        return products;
    }

    /// <summary>The rows of one tile, <c>[…,c,start + c]</c> for each pair.</summary>
    private static Tensor[,] Strip(Tile tile, Tensor[] xs, Tensor[] ys, bool exclusive)
    {
        var (c, start) = (tile.Length, tile.Start);
        var pairs = (exclusive ? DecaySums.WithoutRow(tile.Pairs, -3) : tile.Pairs).exp();
        var rows = stack([.. xs.Select(x => x.narrow(-2, start, c))], -2);                                                   // [..., c, |xs|, Dk]
        var columns = cat([.. ys.Select(y => y.narrow(-2, start, c).unsqueeze(-3) * pairs)], -2);                            // [..., c, |ys|·c, Dk]
        var inside = matmul(rows, columns.transpose(-1, -2));                                                                // [..., c, |xs|, |ys|·c]
        var fromTile = tile.Columns is null ? null : (exclusive ? DecaySums.Exclusive(tile.Decay, -2) : DecaySums.Inclusive(tile.Decay, -2)).exp();
        var before = ys.Select(y => tile.Columns is null ? null : (y.narrow(-2, 0, start) * tile.Columns).transpose(-1, -2)).ToArray();
        var strip = new Tensor[xs.Length, ys.Length];
        for (var i = 0; i < xs.Length; i++)
        {
            var decayed = fromTile is null ? null : xs[i].narrow(-2, start, c) * fromTile;
            for (var j = 0; j < ys.Length; j++)
            {
                var own = inside.select(-2, i).narrow(-1, j * c, c);
                strip[i, j] = decayed is null ? own : cat([matmul(decayed, before[j]!), own], -1);
            }
        }
        return strip;
    }

    /// <summary>One row tile: its log decays <c>[…,c,Dk]</c>, the factors from columns before it to its start <c>[…,start,Dk]</c>, the sums between pairs inside it <c>[…,c,c,Dk]</c>.</summary>
    private sealed record Tile(long Start, Tensor Decay, Tensor? Columns, Tensor Pairs)
    {
        public long Length => Decay.shape[^2];
    }
}
