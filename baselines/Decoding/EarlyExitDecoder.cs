using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Decoding;

/// <summary>
/// Decoding in which a token leaves after the first loop whose cumulative exit probability reaches a threshold (Ouro's Q-exit), and later loops are not run for it.
/// <para>Later tokens may go deeper and then look for what this one left in later loops. The rule: <b>every skipped loop takes over what the token wrote in the last loop that
/// it ran</b>, layer by layer. Caches of attention get that loop's keys and values; recurrent states run that loop's write (same keys, values, gates) on their own past.
/// Feed-forwards, norms, attention reads and the head are saved.</para>
/// Rows of a batch leave one by one: the rows that stay go on as a smaller batch.
/// <para>Or nobody leaves and the head reads the exit-probability-weighted mean of all loops, which equals the weighted mean of their logits since the head is linear.</para>
/// </summary>
public sealed class EarlyExitDecoder
{
    readonly LoopedModel model;
    readonly double threshold;
    readonly bool weighted;

    /// <summary>Decoding with early exit.</summary>
    /// <param name="model">A model with an exit gate.</param>
    /// <param name="threshold">The cumulative probability at which a token leaves; above 1 nobody leaves early.</param>
    public EarlyExitDecoder(LoopedModel model, double threshold) : this(model, threshold, weighted: false) { }

    EarlyExitDecoder(LoopedModel model, double threshold, bool weighted) => (this.model, this.threshold, this.weighted) = (model, threshold, weighted);

    /// <summary>Decoding that runs every loop and answers with the weighted logits.</summary>
    public static EarlyExitDecoder Weighted(LoopedModel model) => new(model, double.PositiveInfinity, weighted: true);

    /// <summary>Loops that each row's token ran in the last step.</summary>
    public IReadOnlyList<int> LastLoopCounts { get; private set; } = [];

    /// <summary>Reads one token a row.</summary>
    /// <param name="ids">[B, 1], int64.</param>
    /// <param name="state">Advanced by one token. Its loop count is the most that may run.</param>
    /// <returns>Logits after the loop at which each token left, [B, 1, V].</returns>
    /// <exception cref="ModelException">No exit gate, mixers that hand values from loop to loop, or a state that is full.</exception>
    public Tensor Step(Tensor ids, LoopState state)
    {
        Check(ids, state);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = Enumerable.Range(0, state.BatchSize).ToArray();
        var counts = new int[rows.Length];
        var left = new Tensor?[rows.Length];
        var (remaining, reached) = (Enumerable.Repeat(1.0, rows.Length).ToArray(), new double[rows.Length]);
        var h = model.Embed(ids);
        for (var loop = 0; rows.Length > 0; loop++)
        {
            var inputs = new Tensor[model.Definition.LayerCount];
            var before = h;
            for (var layer = 0; layer < inputs.Length; layer++) h = Layer(h, loop, layer, rows, state, inputs);
            (h, var normed) = model.EndLoop(h, before, loop);
            var last = loop == state.LoopCount - 1;
            var stop = last ? null : model.ExitLogits(normed).to(ScalarType.Float32).sigmoid().cpu().data<float>().ToArray();
            var stays = new List<int>();
            for (var i = 0; i < rows.Length; i++)
            {
                var row = rows[i];
                if (weighted) Mix(ref left[row], normed.narrow(0, i, 1), stop is null ? remaining[row] : stop[i] * remaining[row]);
                if (stop is not null)
                {
                    reached[row] += stop[i] * remaining[row];
                    remaining[row] *= 1 - stop[i];
                }
                if (!last && reached[row] < threshold)
                {
                    stays.Add(i);
                    continue;
                }
                counts[row] = loop + 1;
                if (!weighted) left[row] = normed.narrow(0, i, 1);
            }
            if (!last && stays.Count < rows.Length) Fill(loop, [.. Enumerable.Range(0, rows.Length).Except(stays)], rows, state, inputs);
            if (stays.Count < rows.Length && stays.Count > 0) h = h.index_select(0, Index(stays, h.device));
            rows = [.. stays.Select(i => rows[i])];
        }
        state.Advance(1);
        LastLoopCounts = counts;
        return model.Head(cat([.. left.Select(hidden => hidden!)], 0)).MoveToOuterDisposeScope();
    }

    static void Mix(ref Tensor? sum, Tensor hidden, double weight) => sum = sum is null ? hidden.mul(weight) : sum.add(hidden, weight);

    void Check(Tensor ids, LoopState state)
    {
        if (!model.Definition.ExitGate) throw new ModelException($"{model.Definition.VariantId} has no exit gate, so no token can leave early.");
        if (model.Definition.FeedForward == FeedForwardKind.ChannelMix || model.Definition.CarryState || model.Definition.Slots.Any(loop => loop.Any(choice => choice.Mixer == "rwkv7")))
            throw new ModelException($"{model.Definition.VariantId}: layers that hand values from loop to loop or shift tokens in their feed-forward have no rule for loops that a token skips.");
        if (ids.shape[0] != state.BatchSize || ids.shape[1] != 1) throw new ArgumentException($"One token for each of {state.BatchSize} sequences is needed, but [{string.Join(", ", ids.shape)}] came.", nameof(ids));
        if (state.Offsets.Max() + 1 > state.MaximumLength) throw new ModelException($"{model.Definition.VariantId}: {state.Offsets.Max()} tokens and one more do not fit a state made for {state.MaximumLength}.");
    }

    Tensor Layer(Tensor h, int loop, int layer, int[] rows, LoopState state, Tensor[] inputs)
    {
        var whole = rows.Length == state.BatchSize;
        var own = state.At(loop, layer);
        var part = whole ? own : own.Rows(rows);
        h = model.RunBlock(h, state.Choices[loop][layer], part, Call(loop, layer, rows, state, new Recorder(x => inputs[layer] = x)));
        if (whole) return h;
        own.SetRows(rows, part);
        part.Dispose();
        return h;
    }

    /// <summary>Writes into every later loop what the leaving rows wrote in this one.</summary>
    void Fill(int loop, int[] leaving, int[] rows, LoopState state, Tensor[] inputs)
    {
        int[] at = [.. leaving.Select(i => rows[i])];
        for (var layer = 0; layer < inputs.Length; layer++)
        {
            using var scope = NewDisposeScope();
            var x = leaving.Length == rows.Length ? inputs[layer] : inputs[layer].index_select(0, Index(leaving, inputs[layer].device));
            for (var later = loop + 1; later < state.LoopCount; later++)
            {
                var mixer = model.MixerOf(layer, state.Choices[later][layer]);
                using var part = state.At(later, layer).Rows(at);
                mixer.Step(x, part, Call(later, layer, at, state, null));
                state.At(later, layer).SetRows(at, part);
            }
        }
    }

    static MixerCall Call(int loop, int layer, int[] rows, LoopState state, IMixerTap? tap) => new()
    {
        Positions = new SequencePositions([.. rows.Select(row => state.Offsets[row])]), LoopIndex = loop, LayerIndex = layer, Tap = tap,
    };

    static Tensor Index(IReadOnlyList<int> rows, Device device) => tensor(rows.Select(row => (long)row).ToArray(), device: device);

    sealed class Recorder(Action<Tensor> keep) : IMixerTap
    {
        public Tensor? Replace(Tensor x, MixerCall call) => null;

        public void Observe(Tensor x, Tensor contribution, MixerCall call) => keep(x);
    }
}
