using System.Numerics;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Attention of one token a row in one launch, split along the context (Dao et al. 2023, "Flash-Decoding"): norm and rotation of q and k, the new entry of the cache,
/// softmax over the cache, output gate. Positions lie in device memory. Without gradients.
/// </summary>
internal static class FusedDecodeAttention
{
    const int MostSplits = 64, KeysASplit = 64, BlocksAMultiprocessor = 8;

    /// <summary>What a head looks like.</summary>
    /// <param name="QueryHeads">HQ.</param>
    /// <param name="KeyHeads">H.</param>
    /// <param name="Width">D.</param>
    /// <param name="RotationTable">[positions, D/2, 2] cosine and sine, float32, or null for no rotation.</param>
    /// <param name="AdjacentPairs">Which elements form a pair.</param>
    /// <param name="QueryNorm">[D], or null.</param>
    /// <param name="KeyNorm">[D], or null.</param>
    /// <param name="NormEpsilon">ε of both norms.</param>
    /// <param name="OutputGate">Whether packed rows end with HQ · D gate logits.</param>
    internal sealed record Heads(
        int QueryHeads, int KeyHeads, int Width, Tensor? RotationTable, bool AdjacentPairs, Tensor? QueryNorm, Tensor? KeyNorm, double NormEpsilon, bool OutputGate);

    internal static bool Serves(Tensor x, int width, int queryHeads, params Tensor?[] norms) =>
        FusedOperations.Serves(x) && !FusedOperations.Recorded(x) && width % (2 * FusedOperations.Vector(x)) == 0 && width / FusedOperations.Vector(x) <= 32
        && queryHeads <= 256 && norms.All(norm => norm is null || norm.dtype == x.dtype && FusedOperations.IsAligned(norm));

    /// <summary>Runs it.</summary>
    /// <param name="packed">[B, 1, (HQ + 2H [+ HQ]) D] projections.</param>
    /// <param name="keys">[B, R, H, D]; gets this token's entry at its position mod R.</param>
    /// <param name="values">Like the keys.</param>
    /// <param name="positions">Tokens before this one, in device memory.</param>
    /// <param name="heads">Sizes, norms and rotation.</param>
    /// <param name="chosen">[B, n] int32: with more than n entries these alone are attended to, ascending, a row's own among them or not. Null: all are.</param>
    /// <returns>[B, 1, HQ · D].</returns>
    internal static Tensor Apply(Tensor packed, Tensor keys, Tensor values, SequencePositions positions, Heads heads, Tensor? chosen = null)
    {
        packed = packed.contiguous();
        var (batch, capacity) = (packed.shape[0], keys.shape[1]);
        var shared = heads.QueryHeads / heads.KeyHeads;
        var group = shared % 4 == 0 ? 4 : shared % 2 == 0 ? 2 : 1;
        var units = heads.QueryHeads / group;
        var device = KernelLibrary.Index(packed.device);
        var splits = Splits(batch * units, Math.Min(Math.Min(positions.Largest + 1L, capacity), chosen?.shape[1] ?? long.MaxValue), CudaDeviceFacts.Of(device).MultiprocessorCount);
        var o = empty([batch, 1, heads.QueryHeads * heads.Width], packed.dtype, packed.device);
        var partial = empty([batch * splits * heads.QueryHeads, heads.Width + 2], ScalarType.Float32, packed.device);
        var rotation = heads.RotationTable is null ? 0 : heads.AdjacentPairs ? 1 : 2;
        KernelLibrary.Get(packed, "decode_attention", "decode_attention", ("WIDTH", heads.Width), ("GROUP", group), ("ROTATE", rotation),
                ("NORM", heads.QueryNorm is null ? 0 : 1), ("GATE", heads.OutputGate ? 1 : 0), ("SPLITS", splits), ("CHOSEN", chosen?.shape[1] ?? 0))
            .LaunchOverlapping(batch * splits * units, 128, packed, packed.shape[^1], heads.RotationTable, positions.InDeviceMemory, heads.QueryNorm, heads.KeyNorm, (float)heads.NormEpsilon,
                keys, values, o, partial, positions.Tickets ?? SequencePositions.NewTickets((int)batch, packed.device), chosen, capacity,
                heads.QueryHeads, heads.KeyHeads, (float)(Math.Log2(Math.E) / Math.Sqrt(heads.Width)));
        return o;
    }

    /// <summary>Parts of the context: enough blocks to fill the device, none with less than a few dozen keys.</summary>
    static int Splits(long blocks, long keys, int multiprocessors)
    {
        var wanted = Math.Min(BlocksAMultiprocessor * multiprocessors / blocks, keys / KeysASplit);
        return wanted < 2 ? 1 : (int)Math.Min(MostSplits, 1L << BitOperations.Log2((ulong)wanted));
    }
}
