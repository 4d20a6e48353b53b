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

    public override Tensor Product(Tensor x, Tensor y) => TiledProduct(x, y, tile => (DecaySums.Inclusive(tile.Decay, -2).exp(), tile.Pairs.exp()));

    public override Tensor ProductExclusive(Tensor x, Tensor y) => 
        TiledProduct(x, y, tile => (DecaySums.Exclusive(tile.Decay, -2).exp(), DecaySums.WithoutRow(tile.Pairs, -3).exp()));

    private Tensor TiledProduct(Tensor x, Tensor y, Func<Tile, (Tensor Rows, Tensor Pairs)> factors)
    {
        var length = x.size(-2);
        var rows = new List<Tensor>();
        foreach (var tile in tiles)
        {
            var (row, pair) = factors(tile);
            var xTile = x.narrow(-2, tile.Start, tile.Length);
            var yTile = y.narrow(-2, tile.Start, tile.Length);
            var inside = matmul(xTile.unsqueeze(-2), (yTile.unsqueeze(-3) * pair).transpose(-1, -2)).squeeze(-2);
            var product = tile.Columns is null
                ? inside
                : cat([matmul(xTile * row, (y.narrow(-2, 0, tile.Start) * tile.Columns).transpose(-1, -2)), inside], -1);
            rows.Add(nn.functional.pad(product, [0, length - tile.Start - tile.Length]));
        }
        return cat(rows, -2);
    }

    /// <summary>One row tile: its log decays <c>[…,c,Dk]</c>, the factors from columns before it to its start <c>[…,start,Dk]</c>, the sums between pairs inside it <c>[…,c,c,Dk]</c>.</summary>
    private sealed record Tile(long Start, Tensor Decay, Tensor? Columns, Tensor Pairs)
    {
        public long Length => Decay.shape[^2];
    }
}
