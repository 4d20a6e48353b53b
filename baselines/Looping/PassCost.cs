using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Looping;

/// <summary>What a pass over a model must at least move or compute; achieved rates are this over the time.</summary>
public static class PassCost
{
    /// <summary>
    /// Bytes of one decode step: in every loop the weights of its layers, with the mixers that run there, and what a step reads and writes of their caches and states; the head once.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="state">What it decodes with; says which loops and mixers run, and for how many sequences.</param>
    /// <param name="context">Tokens that each sequence has seen.</param>
    public static double DecodeBytes(LoopedModel model, LoopState state, int context)
    {
        var elementBytes = (int)model.Parameters.Flat.ElementSize;
        var bytes = (double)model.HeadWeight.NumberOfElements * elementBytes;
        for (var layer = 0; layer < model.Definition.LayerCount; layer++)
        {
            var mixers = MixerPlacement.InLayer(model.Definition, layer).ToDictionary(placement => placement.Choice);
            for (var loop = 0; loop < state.LoopCount; loop++)
            {
                var mixer = mixers[state.Choices[loop][layer]];
                bytes += LayerWeights(model, layer, mixer.Prefix) * elementBytes + state.BatchSize * mixer.Description.State.Sum(part => (double)part.StepBytes(context, elementBytes));
            }
        }
        return bytes;
    }

    /// <summary>Operations (a multiplication and an addition are two) of a prefill: products with weights and mixers' cores for every token, the head for the last.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="loopCount">T′, loops that run.</param>
    public static double PrefillOperations(LoopedModel model, int batch, int length, int loopCount) =>
        batch * (SequenceOperations(model.Definition.WithLoopCount(loopCount), length) + ModelShape.HeadFlops(model.Definition));

    /// <summary>The same of a training step: the head for every token, and the backward pass, which computes twice what the forward pass does.</summary>
    /// <param name="model">The model; the loops that it is trained with run.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Tokens of each.</param>
    public static double TrainingOperations(LoopedModel model, int batch, int length) =>
        3.0 * batch * (SequenceOperations(model.Definition, length) + length * ModelShape.HeadFlops(model.Definition));

    static double SequenceOperations(ModelDefinition definition, int length) => length * ModelShape.LayerProductFlops(definition) + ModelShape.CoreFlops(definition, length);

    /// <summary>Numbers of a layer's parameters, of its mixers only those of one.</summary>
    static long LayerWeights(LoopedModel model, int layer, string mixerPrefix)
    {
        var (all, mixers) = ($"layers.{layer}.", $"layers.{layer}.mixer.");
        return model.Parameters.Descriptions
            .Where(p => p.Name.StartsWith(mixerPrefix, StringComparison.Ordinal) || (p.Name.StartsWith(all, StringComparison.Ordinal) && !p.Name.StartsWith(mixers, StringComparison.Ordinal)))
            .Sum(p => p.ElementCount);
    }
}
