using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// The lightning indexer's part of a decode step in three launches: what it stores and asks, scores of every key, the best k in ascending order. bfloat16 on CUDA,
/// without gradients.
/// </summary>
internal static class FusedIndexer
{
    const int KeysABlock = 256, PaddedHeads = 16;

    /// <summary>Sizes of an indexer.</summary>
    /// <param name="Heads">HI.</param>
    /// <param name="Width">DI.</param>
    /// <param name="Rotated">Leading channels that turn, in halves.</param>
    internal sealed record Shape(int Heads, int Width, int Rotated);

    internal static bool Serves(Tensor x, int heads, int width) =>
        FusedOperations.Serves(x) && x.dtype == ScalarType.BFloat16 && !FusedOperations.Recorded(x) && heads <= PaddedHeads && width % 32 == 0 && width <= 128;

    /// <summary>Stores the token's indexer key and chooses. Null where no row can have more than k tokens, so that all are chosen.</summary>
    /// <param name="packed">[B, 1, HI · DI + DI + HI]: q^I, k^I and w as they come from the projections.</param>
    /// <param name="table">[positions, rotated / 2, 2] cosine and sine, or null without a rotation.</param>
    /// <param name="norm">[DI], weight of the layer norm of k^I.</param>
    /// <param name="bias">[DI].</param>
    /// <param name="epsilon">ε of that norm.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="keys">[B, R, DI], gets this token's entry.</param>
    /// <param name="positions">Tokens before this one, in device memory.</param>
    /// <param name="count">k.</param>
    /// <returns>[B, k] int32 ascending; rows with no more than k tokens are left as they are.</returns>
    internal static Tensor? Choose(
        Tensor packed, Tensor? table, Tensor norm, Tensor bias, double epsilon, Shape shape, Tensor keys, SequencePositions positions, int count)
    {
        using var scope = NewDisposeScope();
        packed = packed.contiguous();
        var (batch, capacity, limit) = (packed.shape[0], keys.shape[1], positions.Largest + 1L);
        var queries = empty([batch, PaddedHeads, shape.Width], packed.dtype, packed.device);
        var weights = empty([batch, PaddedHeads], ScalarType.Float32, packed.device);
        Runtime.Cuda.KernelFunction Kernel(string name) => KernelLibrary.Get(
            packed, "sparse_select", name, ("INDEX_HEADS", shape.Heads), ("INDEX_WIDTH", shape.Width), ("ROTATED", table is null ? 0 : shape.Rotated));
        Kernel("index_prepare").LaunchOverlapping(
            batch, 256, packed, table, positions.InDeviceMemory, norm, bias, (float)epsilon, queries, weights, keys, capacity);
        if (limit <= count) return null;
        var scores = empty([batch, limit], ScalarType.Float32, packed.device);
        var chosen = empty([batch, count], ScalarType.Int32, packed.device);
        Kernel("index_scores").LaunchOverlapping(
            ((limit + KeysABlock - 1) / KeysABlock, batch), 128, queries, weights, keys, positions.InDeviceMemory, scores, capacity, limit, (long)count);
        Kernel("index_select").LaunchOverlapping(batch, 1024, scores, positions.InDeviceMemory, chosen, limit, count);
        return chosen.MoveToOuterDisposeScope();
    }
}
