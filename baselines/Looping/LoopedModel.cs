using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>
/// Embedding, a stack of N blocks applied T times, final norm, head (LT2 §2.1). h^0 = Emb(x); h̃^τ = F_N ∘ … ∘ F_1 (h^(τ−1)); h^τ = h̃^τ + ρ_τ ⊙ h^(τ−1).
/// Any number of loops can be run: loops beyond the trained ones use the gate (and the mixers) of the last trained loop. Nothing passes from loop to loop but h,
/// so decoding keeps one mixer state for each (loop, layer).
/// </summary>
public sealed class LoopedModel : IDisposable
{
    readonly Tensor embedding, head;
    readonly BlockNorm finalNorm;
    readonly BlockNorm? embeddingNorm;
    readonly Tensor? residualGate, exitWeight, exitBias;
    readonly Block[] blocks;
    readonly MixerDraws? draws;
    readonly List<Tensor> residualSquares = [];
    readonly System.Collections.Concurrent.ConcurrentBag<Tensor> passedGradients = [];
    Action<int>? backwardLeftLayer;

    LoopedModel(ModelDefinition definition, ComputeDevice device, ScalarType dtype)
    {
        (Definition, Device, ElementType) = (definition, device, dtype);
        Parameters = new ParameterStore(ModelShape.Describe(definition), device.TorchDevice, dtype);
        var own = new PrefixedParameters(Parameters, "");
        embedding = own["embeddings.weight"];
        finalNorm = new BlockNorm(definition, own, "norm");
        if (definition.EmbeddingNorm) embeddingNorm = new BlockNorm(definition, own, "embedding_norm");
        head = definition.TiedHead ? embedding : own["lm_head.weight"];
        if (definition.ResidualGate) residualGate = own["residual_gate"];
        if (definition.ExitGate) (exitWeight, exitBias) = (own["exit_gate.weight"], own["exit_gate.bias"]);
        blocks = [.. Enumerable.Range(0, definition.LayerCount).Select(layer => new Block(definition, layer, Parameters))];
        if (definition.Draw is { } draw) draws = new MixerDraws(draw, definition.LayerCount);
        if (Parameters.Unclaimed.FirstOrDefault() is { } name) throw new ModelException($"The parameter '{name}' is described but nothing uses it.");
    }

    /// <summary>What it is.</summary>
    public ModelDefinition Definition { get; }

    /// <summary>Where it lies.</summary>
    public ComputeDevice Device { get; }

    /// <summary>Element type of parameters and activations.</summary>
    public ScalarType ElementType { get; }

    /// <summary>Every parameter.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>Whether forwards record the root mean square of the residual stream after each loop.</summary>
    public bool RecordResidualRms { get; set; }

    /// <summary>For variants with random draws: which training draw runs. Null runs the first test draw.</summary>
    public int? DrawStep { get; set; }

    /// <summary>Where mixers put auxiliary losses during <see cref="ForwardHidden"/>, or null. The caller clears it; the losses lie in its dispose scope.</summary>
    public IList<Tensor>? AuxiliaryLosses { get; set; }

    /// <summary>Sees, or stands in for, the mixers of every forward pass; null for none.</summary>
    internal IMixerTap? Tap { get; set; }

    /// <summary>Called in the backward pass when it leaves a layer in the first loop, the last place that gives the layer's weights gradient; null for nobody.</summary>
    internal Action<int>? BackwardLeftLayer
    {
        get => backwardLeftLayer;
        set
        {
            backwardLeftLayer = value;
            while (passedGradients.TryTake(out var gradient)) gradient.Dispose(); // the pass that they belong to has ended
        }
    }

    /// <summary>A model with first values drawn from a seed.</summary>
    /// <exception cref="ModelException">The definition cannot be built.</exception>
    public static LoopedModel Create(ModelDefinition definition, long seed, ComputeDevice device, ScalarType dtype = ScalarType.Float32)
    {
        var model = new LoopedModel(definition, device, dtype);
        ParameterInitialiser.Fill(model.Parameters, seed);
        return model;
    }

    /// <summary>A model with first values drawn on its device: quicker than <see cref="Create"/>, with other values on a GPU, for measurements that do not depend on them.</summary>
    /// <exception cref="ModelException">The definition cannot be built.</exception>
    public static LoopedModel CreateOnDevice(ModelDefinition definition, long seed, ComputeDevice device, ScalarType dtype)
    {
        var model = new LoopedModel(definition, device, dtype);
        ParameterInitialiser.FillOnDevice(model.Parameters, seed);
        return model;
    }

    /// <summary>A model whose parameters are still zero: for loading.</summary>
    internal static LoopedModel Blank(ModelDefinition definition, ComputeDevice device, ScalarType dtype) => new(definition, device, dtype);

    /// <summary>Final hidden states after the given loops, in one pass: what <see cref="Head"/> reads. Respects the ambient gradient mode.</summary>
    /// <param name="ids">[B, L], int64.</param>
    /// <param name="loopCounts">Counts T′ ≥ 1, in any order; the stack runs as often as the largest.</param>
    /// <returns>[B, L, d] for each count, in the order given.</returns>
    public IReadOnlyList<Tensor> ForwardHidden(Tensor ids, IReadOnlyList<int> loopCounts)
    {
        if (draws is not null && DrawStep is null) throw new ModelException($"{Definition.VariantId} averages the logits of several draws; ask for readouts, not for hidden states.");
        return Hidden(ids, loopCounts, draws?.ForTraining(DrawStep!.Value, loopCounts.Max()) ?? Slots(loopCounts.Max()));
    }

    /// <summary>The head's matrix, [V, d].</summary>
    internal Tensor HeadWeight => head;

    /// <summary>Mean squares of the residual stream behind <see cref="LastResidualRms"/>, on the device.</summary>
    internal IReadOnlyList<Tensor> ResidualSquares => residualSquares;

    /// <summary>Logits of normed hidden states.</summary>
    /// <param name="hidden">[…, d], all positions or gathered ones.</param>
    /// <returns>[…, V].</returns>
    public Tensor Head(Tensor hidden) => nn.functional.linear(hidden, head);

    /// <summary>Logits after the given loops, in one pass. With random draws, the mean logits of the test draws.</summary>
    /// <returns>[B, L, V] for each count, in the order given.</returns>
    public IReadOnlyList<Tensor> ForwardReadouts(Tensor ids, IReadOnlyList<int> loopCounts)
    {
        using var scope = NewDisposeScope();
        if (draws is null || DrawStep is not null) return Keep(ForwardHidden(ids, loopCounts).Select(Head));
        var votes = Enumerable.Range(0, draws.Votes).Select(vote => Hidden(ids, loopCounts, draws.ForTest(vote, loopCounts.Max())).Select(Head).ToArray()).ToArray();
        return Keep(loopCounts.Select((_, i) => votes.Select(vote => vote[i]).Aggregate((sum, logits) => sum.add(logits)).div(draws.Votes)));
    }

    /// <summary>What Ouro's exit gate says of normed hidden states before the sigmoid.</summary>
    /// <param name="hidden">[…, d].</param>
    /// <returns>[…], float32 or float64.</returns>
    internal Tensor ExitLogits(Tensor hidden)
    {
        if (exitWeight is null) throw new ModelException($"{Definition.VariantId} has no exit gate.");
        var logits = nn.functional.linear(hidden, exitWeight, exitBias).squeeze(-1);
        return logits.dtype == ScalarType.Float64 ? logits : logits.to(ScalarType.Float32);
    }

    /// <summary>Ouro's exit gate: the probability to stop after each loop, for each token. Over the counts 1 … <paramref name="loopCount"/> they add up to 1.</summary>
    /// <param name="hiddenByLoop">Normed hidden states after loops 1 … loopCount, each [B, L, d].</param>
    /// <param name="loopCount">T′.</param>
    /// <returns>[loopCount, B, L], float32.</returns>
    public Tensor ExitDistribution(IReadOnlyList<Tensor> hiddenByLoop, int loopCount)
    {
        if (exitWeight is null) throw new ModelException($"{Definition.VariantId} has no exit gate.");
        using var scope = NewDisposeScope();
        Tensor? remaining = null;
        var parts = new List<Tensor>();
        for (var loop = 0; loop < loopCount; loop++)
        {
            var stop = ExitLogits(hiddenByLoop[loop]).to(ScalarType.Float32).sigmoid();
            remaining ??= ones_like(stop);
            parts.Add(loop == loopCount - 1 ? remaining : stop.mul(remaining));
            remaining = remaining.mul(stop.neg().add(1));
        }
        return stack(parts).MoveToOuterDisposeScope();
    }

    /// <summary>The state before the first token.</summary>
    /// <param name="batch">Sequences.</param>
    /// <param name="maximumLength">Most tokens a sequence may reach.</param>
    /// <param name="loopCount">T′.</param>
    public LoopState NewState(int batch, int maximumLength, int loopCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(loopCount, 1);
        var choices = draws?.ForTest(0, loopCount) ?? Slots(loopCount);
        var states = choices.Select(loop => loop.Select((choice, layer) =>
            blocks[layer].NewState(choice, batch, maximumLength, Device.TorchDevice, ElementType)).ToArray()).ToArray();
        return new LoopState(states, choices, new int[batch], maximumLength);
    }

    /// <summary>Reads further tokens: many (prefill) or one a row (decode). Runs without gradients.</summary>
    /// <param name="ids">[B, n], int64.</param>
    /// <param name="state">Advanced by n tokens. With random draws a state holds the first test draw alone.</param>
    /// <param name="lastPositionOnly">Prefill for generation needs the head at the last position only.</param>
    /// <returns>Logits of the last loop, [B, n, V] or [B, 1, V].</returns>
    public Tensor Advance(Tensor ids, LoopState state, bool lastPositionOnly = false)
    {
        var length = ids.shape[1];
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var hidden = AdvanceHidden(ids, state, [state.LoopCount])[0];
        return Head(lastPositionOnly && length > 1 ? hidden.narrow(1, length - 1, 1) : hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Reads further tokens and gives what <see cref="Head"/> reads, after several loops in one pass. Runs without gradients.</summary>
    /// <param name="ids">[B, n], int64.</param>
    /// <param name="state">Advanced by n tokens; made for the largest of the loop counts. With random draws a state holds the first test draw alone.</param>
    /// <param name="loopCounts">Counts T′ ≥ 1, in any order.</param>
    /// <returns>[B, n, d] for each count, in the order given.</returns>
    public IReadOnlyList<Tensor> AdvanceHidden(Tensor ids, LoopState state, IReadOnlyList<int> loopCounts)
    {
        var length = (int)ids.shape[1];
        Require(ids, state);
        if (loopCounts.Max() != state.LoopCount)
            throw new ArgumentException($"The state is made for {state.LoopCount} loops, but {loopCounts.Max()} are to run.", nameof(loopCounts));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var positions = new SequencePositions(state.Offsets)
        {
            Staged = length == 1 && Device.IsCuda ? tensor(state.Offsets.Select(offset => (long)offset).ToArray(), device: Device.TorchDevice) : null,
            Tickets = length == 1 && Device.IsCuda ? SequencePositions.NewTickets(state.BatchSize, Device.TorchDevice) : null,
        };
        var hidden = Keep(Run(ids, positions, state.Choices, state, loopCounts));
        state.Advance(length);
        return hidden;
    }

    /// <summary>One token a row at positions that lie in device memory. Leaves the state's own offsets alone.</summary>
    /// <returns>Logits, [B, 1, V].</returns>
    internal Tensor DecodeAt(SequencePositions positions, Tensor ids, LoopState state)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return Head(Run(ids, positions, state.Choices, state, [state.LoopCount])[0]).MoveToOuterDisposeScope();
    }

    /// <exception cref="ModelException">The state has no room for these tokens.</exception>
    internal void Require(Tensor ids, LoopState state)
    {
        var length = (int)ids.shape[1];
        if (ids.shape[0] != state.BatchSize) throw new ArgumentException($"The state holds {state.BatchSize} sequences, but {ids.shape[0]} came.", nameof(ids));
        if (state.Offsets.Max() + length > state.MaximumLength)
            throw new ModelException($"{Definition.VariantId}: {state.Offsets.Max()} tokens and {length} more do not fit a state made for {state.MaximumLength}.");
    }

    /// <summary>h^0, [B, L, d].</summary>
    internal Tensor Embed(Tensor ids)
    {
        var h = FusedEmbedding.Serves(embedding) ? FusedEmbedding.Apply(embedding, ids) : embedding.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], -1);
        return embeddingNorm is null ? h : embeddingNorm.Apply(h);
    }

    /// <summary>One block.</summary>
    internal Tensor RunBlock(Tensor h, MixerChoice choice, MixerState? state, MixerCall call) 
    {
        (h, var pending) = blocks[call.LayerIndex].Forward(h, null, choice, state, call);
        return pending is null ? h : h.add(pending);
    }

    /// <summary>The mixer of a layer.</summary>
    internal TokenMixer MixerOf(int layer, MixerChoice choice) => blocks[layer].Mixer(choice);

    /// <summary>What follows the last block of a loop: the residual gate and the final norm.</summary>
    /// <returns>What enters the next loop, and what the head reads.</returns>
    internal (Tensor Next, Tensor Normed) EndLoop(Tensor h, Tensor before, int loop)
    {
        var (next, normed) = EndLoop(h, null, before, loop, isRead: true);
        return (next, normed!);
    }

    (Tensor Next, Tensor? Normed) EndLoop(Tensor h, Tensor? pending, Tensor before, int loop, bool isRead)
    {
        using var scope = is_grad_enabled() ? null : NewDisposeScope(); // autograd keeps what it needs by itself; handles of the rest are the caller's
        Tensor Out(Tensor x) => scope is null || ReferenceEquals(x, h) ? x : x.MoveToOuterDisposeScope();
        var gated = ResidualGate.Apply(h, pending, residualGate, loop, before);
        if (RecordResidualRms) Remember(gated);
        var normed = isRead ? finalNorm.Apply(gated) : null;
        if (normed is not null) Out(normed);
        return (Definition.NormEveryLoop ? normed! : Out(gated), normed);
    }

    /// <summary>
    /// Without gradients nobody reads a residual stream again once the next one stands. Left to the pass's own scope they would all stay until its end: at 32k tokens,
    /// 24 layers and 4 loops ten times what one layer needs.
    /// </summary>
    /// <param name="past">What the pass is done with.</param>
    /// <param name="kept">What may be the same tensors and is still read.</param>
    static void Free(IEnumerable<Tensor?> past, IReadOnlyCollection<Tensor?> kept)
    {
        if (is_grad_enabled()) return;
        foreach (var tensor in past)
            if (tensor is not null && !kept.Any(other => ReferenceEquals(other, tensor))) tensor.Dispose();
    }

    /// <summary>One block; without gradients its intermediate tensors are freed at once, so that memory does not grow with layers and loops.</summary>
    static (Tensor H, Tensor? Pending) Forward(Block block, Tensor h, Tensor? pending, MixerChoice choice, MixerState? state, MixerCall call)
    {
        if (is_grad_enabled()) return block.Forward(h, pending, choice, state, call);
        using var scope = NewDisposeScope();
        var (next, rest) = block.Forward(h, pending, choice, state, call);
        foreach (var kept in call.Shared.Values.Concat(call.AuxiliaryLosses ?? []).Where(scope.Contains)) kept.MoveToOuterDisposeScope(); // those of earlier blocks lie there already
        return (next.MoveToOuterDisposeScope(), rest?.MoveToOuterDisposeScope());
    }

    /// <summary>Root mean square of the residual stream after each loop of the last forward that recorded it; index 0 is loop 1.</summary>
    public IReadOnlyList<double> LastResidualRms => [.. residualSquares.Select(square => Math.Sqrt(square.item<float>()))];

    IReadOnlyList<Tensor> Hidden(Tensor ids, IReadOnlyList<int> loopCounts, IReadOnlyList<IReadOnlyList<MixerChoice>> choices)
    {
        if (loopCounts.Count == 0 || loopCounts.Min() < 1) throw new ArgumentException("Loop counts must be 1 or more.", nameof(loopCounts));
        using var scope = NewDisposeScope();
        var kept = Keep(Run(ids, SequencePositions.All((int)ids.shape[0], 0), choices, null, loopCounts));
        foreach (var loss in AuxiliaryLosses ?? []) loss.MoveToOuterDisposeScope();
        return kept;
    }

    IReadOnlyList<Tensor> Run(Tensor ids, SequencePositions positions, IReadOnlyList<IReadOnlyList<MixerChoice>> choices, LoopState? state, IReadOnlyList<int> loopCounts)
    {
        var readouts = new Dictionary<int, Tensor>();
        var shared = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        if (RecordResidualRms) ForgetResidualRms();
        var h = Embed(ids);
        for (var loop = 0; loop < loopCounts.Max(); loop++)
        {
            var before = h;
            Tensor? pending = null;
            for (var layer = 0; layer < blocks.Length; layer++)
            {
                var call = new MixerCall { Positions = positions, LoopIndex = loop, LayerIndex = layer, Shared = shared, AuxiliaryLosses = AuxiliaryLosses, Tap = Tap };
                if (loop == 0 && BackwardLeftLayer is { } left && h.requires_grad)
                {
                    if (pending is not null) (h, pending) = (h.add(pending), null); // the mark stands on the whole stream
                    var passed = layer;
                    h = BackwardMark.Apply(h, gradient =>
                    {
                        passedGradients.Add(gradient);
                        left(passed);
                    });
                }
                var entering = (h, pending);
                (h, pending) = Forward(blocks[layer], h, pending, choices[loop][layer], state?.At(loop, layer), call);
                Free([entering.h, entering.pending], [h, pending, before]);
            }
            var (stream, sum) = (h, pending);
            (h, var normed) = EndLoop(h, pending, before, loop, Definition.NormEveryLoop || loopCounts.Contains(loop + 1));
            if (normed is not null && loopCounts.Contains(loop + 1)) readouts[loop + 1] = normed;
            Free([stream, sum, before], [h, .. readouts.Values]);
        }
        return [.. loopCounts.Select(count => readouts[count])];
    }

    IReadOnlyList<IReadOnlyList<MixerChoice>> Slots(int loopCount) => [.. Enumerable.Range(0, loopCount).Select(loop => Definition.Slots[Math.Min(loop, Definition.Slots.Count - 1)])];

    void Remember(Tensor h)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        residualSquares.Add(h.detach().to(ScalarType.Float32).square().mean().DetachFromDisposeScope());
    }

    void ForgetResidualRms()
    {
        foreach (var square in residualSquares) square.Dispose();
        residualSquares.Clear();
    }

    static IReadOnlyList<Tensor> Keep(IEnumerable<Tensor> tensors) => [.. tensors.ToArray().Select(tensor => tensor.MoveToOuterDisposeScope())];

    /// <inheritdoc/>
    public void Dispose()
    {
        ForgetResidualRms();
        BackwardLeftLayer = null;
        foreach (var block in blocks) block.Dispose();
        Parameters.Dispose();
    }
}
