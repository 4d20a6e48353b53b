using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>Launches of the kernels in chunk_*.cu on one set of inputs: q, k [B, L, H, Dk], v [B, L, HV, Dv] bfloat16 (slices of something wider allowed); β [B, L, HV], g [B, L, HV] or [B, L, HV, Dk] float32.</summary>
internal sealed class ChunkKernels(ChunkShape shape, Tensor q, Tensor k, Tensor v, Tensor? beta, Tensor? g, float scale)
{
    readonly int length = (int)shape.Length, chunks = (int)shape.Chunks, heads = (int)shape.KeyHeads, valueHeads = (int)shape.ValueHeads;

    /// <summary>
    /// Outputs [B, L, HV, Dv], the final state where one is wanted, and what chunks need before the state is known; every later kernel reads that. The walk through one
    /// run of chunks goes beside the preparation of the next.
    /// </summary>
    internal (Tensor Output, Tensor? Final, ChunkMatrices Matrices) Forward(Tensor? initial, bool needFinal, bool forBackward)
    {
        var matrices = NewMatrices(forBackward);
        var o = empty([shape.Batch, shape.Length, shape.ValueHeads, shape.ValueWidth], ScalarType.BFloat16, q.device);
        var runs = shape.ForwardRuns();
        var state = needFinal || runs.Count > 1 ? NewState() : null;
        for (var i = 0; i < runs.Count; i++)
        {
            Prepare(matrices, runs[i], beside: i > 0);
            Walk(matrices, runs[i], i > 0 ? state : initial, state, o, null, null);
        }
        if (needFinal) return (o, state, matrices);
        state?.Dispose();
        return (o, null, matrices);
    }

    /// <summary>The state that enters each chunk, transposed [B HV N, Dv, Dk + padding], and the corrected values Y, transposed [B HV N, Dv, 64 + padding] (delta rule only).</summary>
    internal (Tensor States, Tensor? Y) SaveStates(ChunkMatrices m, Tensor? initial)
    {
        var states = shape.Matrices(q.device, shape.PaddedValue, shape.KeyRow);
        var y = shape.Delta ? shape.Matrices(q.device, shape.PaddedValue, ChunkShape.ChunkRow) : null;
        Walk(m, (0, chunks), initial, null, null, states, y);
        return (states, y);
    }

    /// <summary>
    /// Gradients of the values, of the states that leave each chunk, of the initial state where it is wanted, and dE·Y of each token over 16 columns at a time. With a decay
    /// for each key channel also what <see cref="ChannelGradients"/> needs of them, made for one run of chunks beside the walk through the next.
    /// </summary>
    internal ChunkStateGradients Reverse(ChunkMatrices m, Tensor states, Tensor? y, Tensor dout, Tensor? dfinal, bool needInitial)
    {
        var (chain, stages, bytes) = shape.Reverse()!.Value;
        var dv = empty(dout.shape, ScalarType.BFloat16, q.device);
        var dstates = shape.Matrices(q.device, shape.PaddedValue, shape.KeyRow);
        var runs = shape.ReverseRuns();
        var dinitial = needInitial || runs.Count > 1 ? NewState() : null;
        var dots = shape.Delta ? empty([shape.ChunkHeads, shape.PaddedValue / 16, ChunkShape.Chunk], ScalarType.Float32, q.device) : null;
        var matrices = shape.ChannelDecay ? shape.Matrices(q.device, shape.GradientMatrices * ChunkShape.Chunk, ChunkShape.ChunkRow) : null;
        var terms = shape.ChannelDecay ? shape.Matrices(q.device, shape.GradientTerms * ChunkShape.Chunk, shape.KeyRow) : null;
        var sums = shape.ChannelDecay ? empty([shape.ChunkHeads, shape.PaddedKey], ScalarType.Float32, q.device) : null;
        var walk = Get("chunk_reverse", "chunk_reverse", bytes, ("CHAIN", chain), ("STAGES", stages));
        for (var i = 0; i < runs.Count; i++)
        {
            walk.Launch(shape.Batch * shape.ValueHeads * shape.Slices(chain), (int)(32 * (chain * shape.Split + 4)),
                m.Queries, m.Keys, m.Kept, dout, m.Inverse, m.Attention, y, m.Factors, i > 0 ? dinitial : dfinal, dinitial, dv, dstates, dots,
                length, chunks, (int)runs[i].First, (int)runs[i].Count, heads, valueHeads, scale);
            if (i > 0) StateGradients(runs[i - 1], beside: true);
        }
        if (shape.ChannelDecay) StateGradients(runs[^1], beside: false);
        return new(dv, dstates, needInitial ? dinitial : null, dots, matrices, terms, sums);

        void StateGradients((long First, long Count) run, bool beside) =>
            Start(Get("chunk_state_gradients", "chunk_state_gradients", shape.GradientBytes), beside, shape.Batch * shape.ValueHeads * run.Count, shape.GradientThreads,
                v, dout, dv, y, states, dstates, m.Factors, matrices, terms, sums, FusedOperations.TokenStride(v), length, chunks, (int)run.First, (int)run.Count, valueHeads, scale);
    }

    /// <summary>Gradients of q and k (one for each value head, into the given tensors [B, L, ·, Dk]), of g and of β.</summary>
    internal void Gradients(ChunkMatrices m, ChunkStateGradients d, Tensor states, Tensor? y, Tensor dout, Tensor dq, Tensor dk, Tensor? dg, Tensor? dbeta) =>
        Get("chunk_gradients", "chunk_gradients", shape.GradientBytes).Launch(shape.ChunkHeads, shape.GradientThreads,
            m.Queries, m.Keys, v, dout, d.Values, m.Attention, y, states, d.States, m.Factors, d.Dots, dq, dk, dg, dbeta, FusedOperations.TokenStride(v), FusedOperations.TokenStride(dq), FusedOperations.TokenStride(dk),
            length, chunks, heads, valueHeads, scale);

    /// <summary>The same with a decay for each key channel: dg is [B, L, HV, Dk]. Gives the gradient of β.</summary>
    internal Tensor? ChannelGradients(ChunkMatrices m, ChunkStateGradients d, Tensor dq, Tensor dk, Tensor dg)
    {
        // Each slab of key channels leaves its part.
        var dbeta = beta is null ? null : empty([shape.Slabs, shape.Batch, shape.Length, shape.ValueHeads], ScalarType.Float32, q.device);
        Get("chunk_gradients_channels", "chunk_gradients_channels", shape.ChannelGradientBytes).Launch(shape.ChunkHeads * shape.Slabs, (int)(8 * ChunkShape.Slab),
            q, k, g, m.Factors, d.Matrices, d.Terms, d.Sums, d.Dots, dq, dk, dg, dbeta, FusedOperations.TokenStride(q), FusedOperations.TokenStride(k), FusedOperations.TokenStride(dq), FusedOperations.TokenStride(dk),
            length, chunks, heads, valueHeads, (int)shape.Batch, scale);
        return dbeta?.sum([0L]);
    }

    /// <summary>Tiles that equal the inputs are left out where only a walk follows that reads those.</summary>
    ChunkMatrices NewMatrices(bool forBackward)
    {
        var tiles = forBackward || shape.ChannelDecay || shape.WideWalk(save: false) is null;
        return new(
            tiles ? shape.Tiles(q.device) : null,
            !tiles || (shape.ChannelDecay && !shape.Delta) ? null : shape.Tiles(q.device),
            shape.ChannelDecay ? shape.Tiles(q.device) : null,
            shape.Delta ? shape.Matrices(q.device, ChunkShape.Chunk, ChunkShape.ChunkRow) : null,
            shape.Matrices(q.device, ChunkShape.Chunk, ChunkShape.ChunkRow),
            shape.Factors(q.device));
    }

    void Prepare(ChunkMatrices m, (long First, long Count) run, bool beside)
    {
        var (first, count) = ((int)run.First, (int)run.Count);
        if (shape.ChannelDecay)
            Start(Get("chunk_prepare_channels", "chunk_prepare_channels", shape.PrepareBytes), beside, shape.Batch * shape.ValueHeads * run.Count, shape.PrepareThreads,
                q, k, g, beta, m.Keys, m.Kept, m.Queries, m.Inverse, m.Attention, m.Factors,
                FusedOperations.TokenStride(q), FusedOperations.TokenStride(k), length, chunks, first, count, heads, valueHeads, scale);
        else
            Start(Get("chunk_prepare", "chunk_prepare", shape.PrepareBytes, ("GROUPED", valueHeads == heads ? 0 : 1)), beside, shape.Batch * shape.KeyHeads * run.Count, shape.PrepareThreads,
                q, k, g, beta, m.Keys, m.Queries, m.Inverse, m.Attention, m.Factors,
                FusedOperations.TokenStride(q), FusedOperations.TokenStride(k), length, chunks, first, count, heads, valueHeads, scale);
    }

    /// <summary>A kernel beside which the walk launched just before goes on, or one that starts after its end.</summary>
    static void Start(KernelFunction kernel, bool beside, long blocks, int threads, params ReadOnlySpan<KernelArgument> arguments)
    {
        if (beside) kernel.LaunchOverlapping(blocks, threads, arguments);
        else kernel.Launch(blocks, threads, arguments);
    }

    void Walk(ChunkMatrices m, (long First, long Count) run, Tensor? initial, Tensor? final, Tensor? o, Tensor? states, Tensor? y)
    {
        var save = states is not null;
        if (shape.WideWalk(save) is var (wideStages, wideBytes))
        {
            WideWalk(m, run, initial, final, o, states, y, wideStages, wideBytes);
            return;
        }
        var (chain, stages, bytes) = shape.Walk(save)!.Value;
        var threads = 32 * (chain * shape.Split + ChunkShape.OutputWarps(chain, save) + 2);
        Get("chunk_walk", "chunk_walk", bytes, ("CHAIN", chain), ("STAGES", stages), ("SAVE", save ? 1 : 0)).Launch(shape.Batch * shape.ValueHeads * shape.Slices(chain), (int)threads,
            m.Queries, m.Keys, m.Kept, v, m.Inverse, m.Attention, m.Factors, initial, final, o, states, y, FusedOperations.TokenStride(v), length, chunks, heads, valueHeads, scale);
    }

    void WideWalk(ChunkMatrices m, (long First, long Count) run, Tensor? initial, Tensor? final, Tensor? o, Tensor? states, Tensor? y, long stages, long bytes)
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
        Get("chunk_walk_wide", "chunk_walk_wide", bytes, ("STAGES", stages), ("SAVE", save ? 1 : 0)).LaunchOverlapping(shape.WideBlocks(save), ChunkShape.WideThreads,
            queries, keys, kept, values, inverse, attention, m.Factors, initial, final, o, states, y,
            length, chunks, (int)run.First, (int)run.Count, heads, valueHeads, scale);
    }

    Tensor NewState() => empty([shape.Batch, shape.ValueHeads, shape.KeyWidth, shape.ValueWidth], ScalarType.Float32, q.device);

    KernelFunction Get(string source, string kernel, long sharedBytes, params ReadOnlySpan<(string, long)> more) =>
        KernelLibrary.Get(q, source, kernel, (int)sharedBytes, shape.Constants(more));
}
