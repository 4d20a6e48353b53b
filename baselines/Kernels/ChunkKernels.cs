using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>Launches of the kernels in chunk_*.cu on one set of inputs: q, k [B, L, H, Dk], v [B, L, HV, Dv] bfloat16 (slices of something wider allowed); β [B, L, HV], g [B, L, HV] or [B, L, HV, Dk] float32.</summary>
internal sealed class ChunkKernels(ChunkShape shape, Tensor q, Tensor k, Tensor v, Tensor? beta, Tensor? g, float scale)
{
    readonly int length = (int)shape.Length, chunks = (int)shape.Chunks, heads = (int)shape.KeyHeads, valueHeads = (int)shape.ValueHeads;

    /// <summary>What chunks need before the state is known; every later kernel reads it. Tiles that equal the inputs are left out where only a walk follows that reads those.</summary>
    internal ChunkMatrices Prepare(bool forBackward)
    {
        var tiles = forBackward || shape.ChannelDecay || shape.WideWalk(save: false) is null;
        var queries = tiles ? shape.Tiles(q.device) : null;
        var keys = !tiles || (shape.ChannelDecay && !shape.Delta) ? null : shape.Tiles(q.device);
        var kept = shape.ChannelDecay ? shape.Tiles(q.device) : null;
        var inverse = shape.Delta ? shape.Matrices(q.device, ChunkShape.Chunk, ChunkShape.ChunkRow) : null;
        var attention = shape.Matrices(q.device, ChunkShape.Chunk, ChunkShape.ChunkRow);
        var factors = shape.Factors(q.device);
        if (shape.ChannelDecay)
            Get("chunk_prepare_channels", "chunk_prepare_channels", shape.PrepareBytes).Launch(shape.ChunkHeads, shape.PrepareThreads,
                q, k, g, beta, keys, kept, queries, inverse, attention, factors, FusedOperations.TokenStride(q), FusedOperations.TokenStride(k), length, chunks, heads, valueHeads, scale);
        else
            Get("chunk_prepare", "chunk_prepare", shape.PrepareBytes, ("GROUPED", valueHeads == heads ? 0 : 1)).Launch(shape.Batch * shape.KeyHeads * shape.Chunks, shape.PrepareThreads,
                q, k, g, beta, keys, queries, inverse, attention, factors, FusedOperations.TokenStride(q), FusedOperations.TokenStride(k), length, chunks, heads, valueHeads, scale);
        return new(queries, keys, kept, inverse, attention, factors);
    }

    /// <summary>Outputs [B, L, HV, Dv], and the final state where one is wanted.</summary>
    internal (Tensor Output, Tensor? Final) Walk(ChunkMatrices m, Tensor? initial, bool needFinal)
    {
        var o = empty([shape.Batch, shape.Length, shape.ValueHeads, shape.ValueWidth], ScalarType.BFloat16, q.device);
        var final = needFinal ? NewState() : null;
        Walk(m, initial, final, o, null, null);
        return (o, final);
    }

    /// <summary>The state that enters each chunk, transposed [B HV N, Dv, Dk + padding], and the corrected values Y, transposed [B HV N, Dv, 64 + padding] (delta rule only).</summary>
    internal (Tensor States, Tensor? Y) SaveStates(ChunkMatrices m, Tensor? initial)
    {
        var states = shape.Matrices(q.device, shape.PaddedValue, shape.KeyRow);
        var y = shape.Delta ? shape.Matrices(q.device, shape.PaddedValue, ChunkShape.ChunkRow) : null;
        Walk(m, initial, null, null, states, y);
        return (states, y);
    }

    /// <summary>Gradients of the values, of the states that leave each chunk, of the initial state where it is wanted, and dE·Y of each token over 16 columns at a time.</summary>
    internal (Tensor Values, Tensor States, Tensor? Initial, Tensor? Dots) Reverse(ChunkMatrices m, Tensor? y, Tensor dout, Tensor? dfinal, bool needInitial)
    {
        var (chain, stages, bytes) = shape.Reverse()!.Value;
        var dv = empty(dout.shape, ScalarType.BFloat16, q.device);
        var dstates = shape.Matrices(q.device, shape.PaddedValue, shape.KeyRow);
        var dinitial = needInitial ? NewState() : null;
        var dots = shape.Delta ? empty([shape.ChunkHeads, shape.PaddedValue / 16, ChunkShape.Chunk], ScalarType.Float32, q.device) : null;
        Get("chunk_reverse", "chunk_reverse", bytes, ("CHAIN", chain), ("STAGES", stages)).Launch(shape.Batch * shape.ValueHeads * shape.Slices(chain), (int)(32 * (chain * shape.Split + 4)),
            m.Queries, m.Keys, m.Kept, dout, m.Inverse, m.Attention, y, m.Factors, dfinal, dinitial, dv, dstates, dots, length, chunks, heads, valueHeads, scale);
        return (dv, dstates, dinitial, dots);
    }

    /// <summary>Gradients of q and k (one for each value head, into the given tensors [B, L, ·, Dk]), of g and of β.</summary>
    internal void Gradients(
        ChunkMatrices m, Tensor states, Tensor? y, Tensor dout, Tensor dv, Tensor dstates, Tensor? dots, Tensor dq, Tensor dk, Tensor? dg, Tensor? dbeta) =>
        Get("chunk_gradients", "chunk_gradients", shape.GradientBytes).Launch(shape.ChunkHeads, shape.GradientThreads,
            m.Queries, m.Keys, v, dout, dv, m.Attention, y, states, dstates, m.Factors, dots, dq, dk, dg, dbeta, FusedOperations.TokenStride(v), FusedOperations.TokenStride(dq), FusedOperations.TokenStride(dk),
            length, chunks, heads, valueHeads, scale);

    /// <summary>The same with a decay for each key channel: dg is [B, L, HV, Dk]. Gives the gradient of β.</summary>
    internal Tensor? ChannelGradients(ChunkMatrices m, Tensor states, Tensor? y, Tensor dout, Tensor dv, Tensor dstates, Tensor? dots, Tensor dq, Tensor dk, Tensor dg)
    {
        var matrices = shape.Matrices(q.device, shape.GradientMatrices * ChunkShape.Chunk, ChunkShape.ChunkRow);
        var terms = shape.Matrices(q.device, shape.GradientTerms * ChunkShape.Chunk, shape.KeyRow);
        var sums = empty([shape.ChunkHeads, shape.PaddedKey], ScalarType.Float32, q.device);
        // Each slab of key channels leaves its part.
        var dbeta = beta is null ? null : empty([shape.Slabs, shape.Batch, shape.Length, shape.ValueHeads], ScalarType.Float32, q.device);
        Get("chunk_state_gradients", "chunk_state_gradients", shape.GradientBytes).Launch(shape.ChunkHeads, shape.GradientThreads,
            v, dout, dv, y, states, dstates, m.Factors, matrices, terms, sums, FusedOperations.TokenStride(v), length, chunks, valueHeads, scale);
        Get("chunk_gradients_channels", "chunk_gradients_channels", shape.ChannelGradientBytes).Launch(shape.ChunkHeads * shape.Slabs, (int)(8 * ChunkShape.Slab),
            q, k, g, m.Factors, matrices, terms, sums, dots, dq, dk, dg, dbeta, FusedOperations.TokenStride(q), FusedOperations.TokenStride(k), FusedOperations.TokenStride(dq), FusedOperations.TokenStride(dk),
            length, chunks, heads, valueHeads, (int)shape.Batch, scale);
        return dbeta?.sum([0L]);
    }

    void Walk(ChunkMatrices m, Tensor? initial, Tensor? final, Tensor? o, Tensor? states, Tensor? y)
    {
        var save = states is not null;
        if (shape.WideWalk(save) is var (wideStages, wideBytes))
        {
            WideWalk(m, initial, final, o, states, y, wideStages, wideBytes);
            return;
        }
        var (chain, stages, bytes) = shape.Walk(save)!.Value;
        var threads = 32 * (chain * shape.Split + ChunkShape.OutputWarps(chain, save) + 2);
        Get("chunk_walk", "chunk_walk", bytes, ("CHAIN", chain), ("STAGES", stages), ("SAVE", save ? 1 : 0)).Launch(shape.Batch * shape.ValueHeads * shape.Slices(chain), (int)threads,
            m.Queries, m.Keys, m.Kept, v, m.Inverse, m.Attention, m.Factors, initial, final, o, states, y, FusedOperations.TokenStride(v), length, chunks, heads, valueHeads, scale);
    }

    void WideWalk(ChunkMatrices m, Tensor? initial, Tensor? final, Tensor? o, Tensor? states, Tensor? y, long stages, long bytes)
    {
        var save = states is not null;
        var rows = shape.ChunkHeads * ChunkShape.Chunk;
        TensorMap Tiles(Tensor x, long columns, long stride) => new(x, columns, (1, stride), (rows, stride), (1, rows * stride));
        TensorMap Input(Tensor x) => new(x, x.shape[3], (x.shape[2], x.shape[3]), (length, FusedOperations.TokenStride(x)), (shape.Batch, length * FusedOperations.TokenStride(x)));
        TensorMap Keys(Tensor x, Tensor? tiles) => shape.ChannelDecay ? Tiles(tiles!, shape.PaddedKey, shape.KeyRow) : Input(x);
        using var queries = Keys(q, m.Queries);
        using var keys = Keys(k, m.Keys);
        using var kept = Keys(k, m.Kept);
        using var values = Input(v);
        using var inverse = Tiles(m.Inverse!, ChunkShape.Chunk, ChunkShape.ChunkRow);
        using var attention = Tiles(m.Attention, ChunkShape.Chunk, ChunkShape.ChunkRow);
        Get("chunk_walk_wide", "chunk_walk_wide", bytes, ("STAGES", stages), ("SAVE", save ? 1 : 0)).Launch(shape.WideBlocks(save), ChunkShape.WideThreads,
            queries, keys, kept, values, inverse, attention, m.Factors, initial, final, o, states, y, length, chunks, heads, valueHeads, scale);
    }

    Tensor NewState() => empty([shape.Batch, shape.ValueHeads, shape.KeyWidth, shape.ValueWidth], ScalarType.Float32, q.device);

    KernelFunction Get(string source, string kernel, long sharedBytes, params ReadOnlySpan<(string, long)> more) =>
        KernelLibrary.Get(q, source, kernel, (int)sharedBytes, shape.Constants(more));
}
