using System.Collections.Concurrent;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Layers;

/// <summary>
/// The rotation of <see cref="Mixers.Operators.RotaryEmbedding"/> over whole heads, with tables of cosines and sines that outlive a call, and one kernel where it serves.
/// Half-split pairs (x_i, x_(i+D/2)) as in FLA, Llama's Hugging Face layout and Ouro; adjacent pairs (x_2i, x_(2i+1)) as in lingua and LT2. Angles in float32 at least.
/// </summary>
public sealed class RotaryTables : IDisposable
{
    readonly double theta;
    readonly bool adjacentPairs;
    readonly int rotatedWidth;
    readonly ConcurrentDictionary<(string Device, ScalarType Type), (Tensor Cosine, Tensor Sine, int Length)> tables = new();
    readonly ConcurrentDictionary<string, Tensor> pairTables = new();
    readonly ConcurrentBag<Tensor> outgrown = []; // recorded work may still read them

    /// <summary>A rotation of heads of width <paramref name="headWidth"/>.</summary>
    /// <param name="headWidth">D, even.</param>
    /// <param name="theta">The base, 10000 in most models.</param>
    /// <param name="adjacentPairs">Which elements form a pair.</param>
    public RotaryTables(int headWidth, double theta, bool adjacentPairs)
    {
        if (headWidth % 2 != 0) throw new ModelException($"Rotary embedding needs an even head width, not {headWidth}.");
        (rotatedWidth, this.theta, this.adjacentPairs) = (headWidth, theta, adjacentPairs);
    }

    /// <summary>Whether neighbours form the pairs, else the two halves of a head.</summary>
    internal bool AdjacentPairs => adjacentPairs;

    /// <summary>Turns heads to their positions.</summary>
    /// <param name="x">[B, L, H, D].</param>
    /// <param name="positions">Offsets of the rows.</param>
    public Tensor Apply(Tensor x, SequencePositions positions)
    {
        var length = (int)x.shape[1];
        var type = x.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var (cosine, sine) = Table(positions.Largest + length, x.device, type);
        cosine = Pick(cosine, positions, length);
        sine = Pick(sine, positions, length);
        var wide = x.dtype == type ? x : x.to(type);
        // The sine table carries the sign of the pair's first element, so one roll and two products do the rotation.
        var swapped = adjacentPairs ? wide.SplitLast(rotatedWidth / 2, 2).flip(-1).JoinLast() : wide.roll(rotatedWidth / 2, -1);
        var turned = addcmul(wide.mul(cosine), swapped, sine, 1);
        return x.dtype == type ? turned : turned.to(x.dtype);
    }

    /// <summary>Splits packed heads into rotated q and k and plain v with one kernel, or null where none serves them.</summary>
    /// <param name="packed">[B, L, (HQ + 2H) D].</param>
    /// <param name="positions">Offsets of the rows.</param>
    /// <param name="queryHeads">HQ.</param>
    /// <param name="keyHeads">H.</param>
    public (Tensor Q, Tensor K, Tensor V)? TrySplit(Tensor packed, SequencePositions positions, int queryHeads, int keyHeads)
    {
        if (!FusedOperations.Serves(packed)) return null;
        var table = PairTable(positions.Largest + (int)packed.shape[1], packed.device);
        var offsets = positions.InDeviceMemory
            ?? (positions.Common == 0 ? null : tensor(positions.Offsets.Select(offset => (long)offset).ToArray(), device: packed.device));
        return FusedSplitRotate.Apply(packed, table, offsets, queryHeads, keyHeads, adjacentPairs);
    }

    /// <summary>[positions, D/2, 2]: cosine and sine of each pair, float32.</summary>
    internal Tensor PairTable(int length, Device device)
    {
        var key = device.ToString();
        if (pairTables.TryGetValue(key, out var known) && known.shape[0] >= length) return known;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var size = Math.Max(64, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length));
        var exponent = arange(0, rotatedWidth, 2, ScalarType.Float64, device).div(-rotatedWidth);
        var angles = outer(arange(size, ScalarType.Float64, device), full_like(exponent, theta).pow(exponent));
        if (known is not null) outgrown.Add(known);
        return pairTables[key] = stack([angles.cos(), angles.sin()], -1).to(ScalarType.Float32).contiguous().DetachFromDisposeScope();
    }

    static Tensor Pick(Tensor table, SequencePositions positions, int length)
    {
        if (positions.Common is { } offset) return table.narrow(0, offset, length).unsqueeze(1);
        var index = positions.OnDevice is { } offsets ? offsets.unsqueeze(1).add(arange(length, ScalarType.Int64, table.device)).flatten()
            : tensor(positions.Offsets.SelectMany(start => Enumerable.Range(start, length).Select(p => (long)p)).ToArray(), device: table.device);
        return table.index_select(0, index).view(positions.Offsets.Count, length, 1, -1);
    }

    (Tensor, Tensor) Table(int length, Device device, ScalarType type)
    {
        var key = (device.ToString(), type);
        if (tables.TryGetValue(key, out var known) && known.Length >= length) return (known.Cosine, known.Sine);
        foreach (var table in (Tensor?[])[known.Cosine, known.Sine])
            if (table is not null) outgrown.Add(table);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var size = Math.Max(64, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length));
        var exponent = arange(0, rotatedWidth, 2, ScalarType.Float64, device).div(-rotatedWidth);
        var angles = outer(arange(size, ScalarType.Float64, device), full_like(exponent, theta).pow(exponent));
        var (c, s) = (angles.cos(), angles.sin());
        var cosine = (adjacentPairs ? c.repeat_interleave(2, -1) : cat([c, c], -1)).to(type).DetachFromDisposeScope();
        var sine = (adjacentPairs ? stack([s.neg(), s], -1).JoinLast() : cat([s.neg(), s], -1)).to(type).DetachFromDisposeScope();
        tables[key] = (cosine, sine, size);
        return (cosine, sine);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (cosine, sine, _) in tables.Values)
        {
            cosine.Dispose();
            sine.Dispose();
        }
        tables.Clear();
        foreach (var table in pairTables.Values.Concat(outgrown)) table.Dispose();
        pairTables.Clear();
        outgrown.Clear();
    }
}
