using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;

namespace LT2.Eval.Models.Definitions;

/// <summary>A model's parameters, operations and state without libtorch, from the same description that allocates its weights.</summary>
public static class ModelShape
{
    /// <summary>Every parameter, with full names, in the order in which they lie in memory.</summary>
    /// <exception cref="ModelException">The definition cannot be built.</exception>
    public static IReadOnlyList<ParameterDescription> Describe(ModelDefinition definition)
    {
        var d = definition.Width;
        var list = new List<ParameterDescription> { new("embeddings.weight", [definition.VocabularySize, d], new Initialisation.Linear(d)) };
        if (definition.EmbeddingNorm) list.AddRange(BlockNorm.Describe(definition, "embedding_norm"));
        if (definition.ResidualGate) list.Add(new("residual_gate", [definition.LoopCount, d], new Initialisation.Constant(0), NoWeightDecay: true));
        for (var layer = 0; layer < definition.LayerCount; layer++)
        {
            var prefix = $"layers.{layer}.";
            var sandwich = definition.NormPlacement == NormPlacement.Sandwich;
            list.AddRange(BlockNorm.Describe(definition, prefix + "mixer_norm"));
            foreach (var mixer in MixerPlacement.InLayer(definition, layer).DistinctBy(placement => placement.Prefix))
                list.AddRange(mixer.Description.Parameters.Select(parameter => parameter with { Name = mixer.Prefix + parameter.Name }));
            if (sandwich) list.AddRange(BlockNorm.Describe(definition, prefix + "mixer_norm_2"));
            if (definition.FeedForward == FeedForwardKind.None) continue;
            list.AddRange(BlockNorm.Describe(definition, prefix + "mlp_norm"));
            list.AddRange(FeedForward(definition, layer).Select(parameter => parameter with { Name = prefix + "mlp." + parameter.Name }));
            if (sandwich) list.AddRange(BlockNorm.Describe(definition, prefix + "mlp_norm_2"));
        }
        list.AddRange(BlockNorm.Describe(definition, "norm"));
        if (definition.ExitGate)
        {
            list.Add(new("exit_gate.weight", [1, d], new Initialisation.Linear(d), NoWeightDecay: true));
            list.Add(ParameterDescription.Bias("exit_gate.bias", 1));
        }
        if (!definition.TiedHead) list.Add(ParameterDescription.Linear("lm_head.weight", definition.VocabularySize, d));
        return list;
    }

    static IEnumerable<ParameterDescription> FeedForward(ModelDefinition definition, int layer)
    {
        var (d, hidden) = (definition.Width, definition.FeedForwardWidth);
        return definition.FeedForward == FeedForwardKind.ChannelMix ? ChannelMix.Describe(d, hidden, layer, definition.LayerCount)
            : [ParameterDescription.Linear("gate_proj.weight", hidden, d), ParameterDescription.Linear("up_proj.weight", hidden, d), ParameterDescription.Linear("down_proj.weight", d, hidden)];
    }

    /// <summary>Stored numbers; the embedding counts once where the head is tied to it.</summary>
    public static long ParameterCount(ModelDefinition definition) => Describe(definition).Sum(parameter => parameter.ElementCount);

    /// <summary>
    /// Forward operations for one token at a context of that many tokens, all T loops and one head (a multiply-add is 2):
    /// <see cref="HeadFlops"/>, <see cref="LayerProductFlops"/> and the mixers' cores.
    /// </summary>
    public static double FlopsPerToken(ModelDefinition definition, int contextLength) =>
        HeadFlops(definition) + LayerProductFlops(definition) + OverLoops(definition, mixer => mixer.Description.CoreFlopsPerToken(contextLength));

    /// <summary>Operations of the head for one token.</summary>
    public static double HeadFlops(ModelDefinition definition) => 2.0 * definition.VocabularySize * definition.Width;

    /// <summary>
    /// Forward operations of the layers' products with weights for one token, all T loops: twice the matrix elements that the token meets in each loop.
    /// Lookups, norms and element-wise work are left out.
    /// </summary>
    public static double LayerProductFlops(ModelDefinition definition)
    {
        var matrices = definition.FeedForward switch { FeedForwardKind.SwiGlu => 3, FeedForwardKind.ChannelMix => 2, _ => 0 };
        return 2.0 * matrices * definition.Width * definition.FeedForwardWidth * definition.LayerCount * definition.LoopCount
            + OverLoops(definition, mixer => 2.0 * mixer.Description.Parameters.Sum(parameter => parameter.ElementCount * parameter.ProductsPerToken));
    }

    /// <summary>Forward operations of the mixers' cores for a whole sequence, all T loops: each token sees those before it.</summary>
    public static double CoreFlops(ModelDefinition definition, int length) =>
        OverLoops(definition, mixer => Enumerable.Range(1, length).Sum(mixer.Description.CoreFlopsPerToken));

    /// <summary>Bytes of decode state for one sequence that do not grow with its length, over all loops and layers: recurrent states, convolution tails, full windows.</summary>
    /// <param name="definition">The model.</param>
    /// <param name="modelElementBytes">4 for float32, 2 for bfloat16; recurrent states are float32 in both.</param>
    public static long StateBytes(ModelDefinition definition, int modelElementBytes = 4) =>
        OverSlots(definition, tensor => tensor.GrowsWithContext && tensor.TokenLimit is null ? 0 : tensor.Bytes(definition.MaximumLength, modelElementBytes));

    /// <summary>Bytes of cache that each further token of one sequence adds, over all loops and layers. Windows are in <see cref="StateBytes"/>.</summary>
    public static long CacheBytesPerToken(ModelDefinition definition, int modelElementBytes = 4) =>
        OverSlots(definition, tensor => tensor.GrowsWithContext && tensor.TokenLimit is null
            ? (double)tensor.Bytes(1, modelElementBytes) / tensor.TokensPerEntry : 0);

    static long OverSlots(ModelDefinition definition, Func<StateTensorDescription, double> bytes) =>
        (long)Math.Ceiling(OverLoops(definition, mixer => mixer.Description.State.Sum(bytes)));

    /// <summary>The sum over all loops and layers of something of the mixer that runs there; where it is drawn, of its mean over draws.</summary>
    static double OverLoops(ModelDefinition definition, Func<MixerPlacement, double> value)
    {
        var sum = 0.0;
        for (var layer = 0; layer < definition.LayerCount; layer++)
        {
            var values = MixerPlacement.InLayer(definition, layer).ToDictionary(placement => placement.Choice, value);
            for (var loop = 0; loop < definition.LoopCount; loop++) sum += Weighted(definition, loop, layer, choice => values[choice]);
        }
        return sum;
    }

    static double Weighted(ModelDefinition definition, int loop, int layer, Func<MixerChoice, double> value)
    {
        if (definition.Draw is not { } draw) return value(definition.MixerAt(loop, layer));
        return draw.Choices.Select((choice, i) => value(choice) * draw.Weights[i]).Sum() / draw.Weights.Sum();
    }
}
