using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// NSA, after FLA's <c>NativeSparseAttention</c> (fla/layers/nsa.py; there heads 64, KV heads 4, head_dim 64, block 64, 16 blocks, window 512): half-split RoPE on q and k, three
/// branches (block means, selected blocks, window) with a sigmoid gate for each head and branch, W_o. Decoding keeps keys, values, and the means of complete blocks.
/// FLA's kernels want 16 or a larger power of two of query heads a KV head; the formula does not.
/// </summary>
public sealed class NativeSparseAttentionMixer : TokenMixer, IDisposable
{
    private readonly Geometry shape;
    private readonly InputProjections projections;
    private readonly Tensor gates, output;
    private readonly Layers.RotaryTables rotation;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "query heads; auto: the model's"),
        new("keyValueHeads", "1", "key and value heads"),
        new("headDimension", "auto", "width of a head; auto: width / heads"),
        new("blockSize", "64", "tokens a block", ChangesWeights: false),
        new("blockCount", "16", "blocks selected for each query, at least 3", ChangesWeights: false),
        new("window", "512", "tokens of the window branch, the query's own included", ChangesWeights: false),
        new("rotaryTheta", "10000", "base of the rotation", ChangesWeights: false),
        new("linearBias", "false", "bias of q, k, v"),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        return new MixerDescription(
            [
                .. InputProjections.Describe(s.Streams, settings.Width, 0, false, s.LinearBias),
                ParameterDescription.Linear("g_proj.weight", 3 * s.QueryHeads, settings.Width),
                ParameterDescription.Linear("o_proj.weight", settings.Width, s.QueryHeads * s.Head),
            ],
            [
                new("keys", [s.KeyHeads, s.Head], Single: false, GrowsWithContext: true, MostRead: s.MostRead),
                new("values", [s.KeyHeads, s.Head], Single: false, GrowsWithContext: true, MostRead: s.MostRead),
                new("blockKeys", [s.KeyHeads, s.Head], Single: true, GrowsWithContext: true, TokensPerEntry: (int)s.Sparse.BlockSize),
                new("blockValues", [s.KeyHeads, s.Head], Single: true, GrowsWithContext: true, TokensPerEntry: (int)s.Sparse.BlockSize),
            ],
            context => 4.0 * s.QueryHeads * s.Head * (((double)context / s.Sparse.BlockSize)
                + Math.Min(context, s.Sparse.BlockCount * s.Sparse.BlockSize) + Math.Min(context, s.Sparse.Window)));
    }

    /// <summary>Claims the parameters.</summary>
    public NativeSparseAttentionMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, 0, false, shape.LinearBias);
        (gates, output) = (parameters["g_proj.weight"], parameters["o_proj.weight"]);
        rotation = new Layers.RotaryTables(shape.Head, shape.Theta, adjacentPairs: false);
    }

    /// <summary>Tables of the rotation.</summary>
    public void Dispose() => rotation.Dispose();

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, MixerState? state, MixerCall call)
    {
        var positions = Heads.Positions(call.Positions, x.shape[1], x.device);
        var many = x.shape[1] > 1 && call.Positions.Common is not null;
        var (q, k, v) = (many ? rotation.TrySplit(projections.Packed(x), call.Positions, shape.QueryHeads, shape.KeyHeads) : null) ?? Project(x, positions);
        (Tensor K, Tensor V)? means = null;
        if (state is not null)
        {
            (k, v) = (ContextCache.Append(state, "keys", k, call.Positions), ContextCache.Append(state, "values", v, call.Positions));
            means = UpdateBlocks(state, k, v, call.Positions, x.shape[1]);
        }
        // Per head the three gates lie side by side: compression, selection, window.
        var gate = Heads.Split(nn.functional.linear(x, gates), 3).sigmoid();
        if (many && FusedNativeSparsePrefill.Serves(q, k, v, shape.Sparse))
        {
            return nn.functional.linear(Heads.Merge(FusedNativeSparsePrefill.Attend(q, k, v, Heads.Merge(gate), shape.Sparse, means ?? Means(k, v))), output);
        }
        means ??= Means(k, v);
        var attention = QueryPieces.Run(x.shape[1], x.shape[0] * shape.QueryHeads * k.shape[1], (first, count) =>
        {
            Tensor Gate(int branch) => gate.narrow(1, first, count).select(-1, branch);
            return NativeSparseAttention.Attend(
                q.narrow(1, first, count), k, v, Gate(0), Gate(1), Gate(2), shape.Sparse, null, positions.narrow(-1, first, count), means).Output;
        });
        return nn.functional.linear(Heads.Merge(attention), output);
    }

    private (Tensor Q, Tensor K, Tensor V) Project(Tensor x, Tensor positions)
    {
        var streams = projections.Apply(x, null, silu: false);
        return (RotaryEmbedding.Apply(Heads.Split(streams[0], shape.Head), positions, shape.Theta),
            RotaryEmbedding.Apply(Heads.Split(streams[1], shape.Head), positions, shape.Theta), Heads.Split(streams[2], shape.Head));
    }

    private (Tensor K, Tensor V) Means(Tensor k, Tensor v)
        => (NativeSparseAttention.BlockMeans(k, shape.Sparse.BlockSize), NativeSparseAttention.BlockMeans(v, shape.Sparse.BlockSize));

    /// <inheritdoc/>
    public override Tensor Step(Tensor x, MixerState state, MixerCall call) => Forward(x, state, call);

    /// <summary>
    /// Writes the means of the blocks that the new tokens completed or began; older ones stay. A block that is not complete yet holds the mean of what a row's cache has so far,
    /// which nobody sees before it is complete.
    /// </summary>
    private (Tensor K, Tensor V) UpdateBlocks(MixerState state, Tensor k, Tensor v, SequencePositions positions, long length)
    {
        using var off = no_grad();
        var size = shape.Sparse.BlockSize;
        var first = positions.Smallest / size;
        var count = ((positions.Largest + length + size - 1) / size) - first;
        var keys = state["blockKeys"];
        var values = state["blockValues"];
        var tokens = k.shape[1] - (first * size);
        keys.narrow(1, first, count).copy_(NativeSparseAttention.BlockMeans(k.narrow(1, first * size, tokens), size));
        values.narrow(1, first, count).copy_(NativeSparseAttention.BlockMeans(v.narrow(1, first * size, tokens), size));
        return (keys.narrow(1, 0, first + count), values.narrow(1, 0, first + count));
    }

    private sealed class Geometry
    {
        public readonly int QueryHeads, KeyHeads, Head;
        public readonly bool LinearBias;
        public readonly double Theta;
        public readonly NativeSparseOptions Sparse;
        public readonly ProjectionStream[] Streams;

        /// <summary>Tokens that a step reads by themselves: the larger of the chosen blocks and the window, since they may overlap.</summary>
        public int MostRead => (int)Math.Max(Sparse.BlockCount * Sparse.BlockSize, Sparse.Window);

        public Geometry(MixerSettings settings)
        {
            const string Name = "nsa";
            QueryHeads = settings.Integer("heads", settings.HeadCount);
            KeyHeads = settings.Integer("keyValueHeads", 1);
            Heads.RequireGroups(Name, QueryHeads, KeyHeads, "query heads", "key and value heads");
            Head = settings.Integer("headDimension", settings.Width / QueryHeads);
            if (Head < 2 || Head % 2 != 0)
            {
                throw new ModelException($"{Name}: the rotation needs an even head width, not {Head}.");
            }
            LinearBias = settings.Switch("linearBias", false);
            Theta = settings.Real("rotaryTheta", 10000);
            Sparse = new NativeSparseOptions(
                Heads.AtLeast(Name, "blockSize", settings.Integer("blockSize", 64), 1),
                Heads.AtLeast(Name, "blockCount", settings.Integer("blockCount", 16), 3),
                Heads.AtLeast(Name, "window", settings.Integer("window", 512), 1));
            Streams = [new("q_proj", QueryHeads * Head), new("k_proj", KeyHeads * Head), new("v_proj", KeyHeads * Head)];
        }
    }
}
