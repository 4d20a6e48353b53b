namespace LT2.Eval.Models.Definitions;

/// <summary>
/// What a model needs, before anything is allocated. Parameters and decode state are exact (tests compare them with what is allocated); activations are an estimate from the
/// widths that are alive at once.
/// </summary>
/// <param name="ParameterBytes">Weights.</param>
/// <param name="StateBytes">Decode state that does not grow with the context, all sequences and loops.</param>
/// <param name="CacheBytes">Decode caches at the full context, all sequences and loops.</param>
/// <param name="TrainingBytes">Gradients, optimiser moments and the float32 copy of narrower weights; 0 for inference.</param>
/// <param name="ActivationBytes">Estimate of the largest set of activations alive at once.</param>
public sealed record MemoryEstimate(long ParameterBytes, long StateBytes, long CacheBytes, long TrainingBytes, long ActivationBytes)
{
    /// <summary>All of it.</summary>
    public long PeakBytes => ParameterBytes + StateBytes + CacheBytes + TrainingBytes + ActivationBytes;

    /// <summary>Prefill of a batch, then decode, to a context of that many tokens.</summary>
    /// <param name="definition">The model; its loop count is the one that runs.</param>
    /// <param name="contextLength">Tokens a sequence reaches.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="elementBytes">4 for float32, 2 for bfloat16.</param>
    public static MemoryEstimate Inference(ModelDefinition definition, int contextLength, int batch, int elementBytes)
    {
        var sized = definition.WithMaximumLength(contextLength);
        var state = ModelShape.StateBytes(sized, elementBytes) * batch;
        var cache = ModelShape.CacheBytesPerToken(sized, elementBytes) * contextLength * batch;
        var activations = (long)batch * contextLength * (LayerBytes(definition, elementBytes) + StreamBytes(definition, elementBytes)) + 8L * batch * definition.VocabularySize;
        return new MemoryEstimate(ModelShape.ParameterCount(definition) * elementBytes, state, cache, 0, activations);
    }

    /// <summary>One training step: nothing is recomputed, so the activations of every layer and loop, and the logits of every trained readout, are alive at once.</summary>
    /// <param name="definition">The model.</param>
    /// <param name="sequenceLength">Tokens a row.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="elementBytes">4 for float32, 2 for bfloat16.</param>
    /// <param name="readouts">Loops whose logits enter the loss.</param>
    public static MemoryEstimate Training(ModelDefinition definition, int sequenceLength, int batch, int elementBytes, int readouts)
    {
        var parameters = ModelShape.ParameterCount(definition);
        var tokens = (long)batch * sequenceLength;
        var optimiser = parameters * (elementBytes + 8 + (elementBytes < 4 ? 4 : 0));
        var activations = tokens * definition.LayerCount * definition.LoopCount * LayerBytes(definition, elementBytes) + tokens * readouts * definition.VocabularySize * (elementBytes + 8L);
        return new MemoryEstimate(parameters * elementBytes, 0, 0, optimiser, activations);
    }

    /// <summary>
    /// Bytes a token that a pass without gradients holds beside its layer: the residual stream as the loop found it, as the layer found it and what is still to be added to it;
    /// and of the layer itself the second norms of sandwiches and one more sum.
    /// </summary>
    static long StreamBytes(ModelDefinition definition, int elementBytes) => (definition.NormPlacement == NormPlacement.Sandwich ? 6L : 4L) * definition.Width * elementBytes;

    /// <summary>Bytes a token that one layer holds: residual stream and norms, the mixer's projections (float32 where it recurs), and the feed-forward's three widths.</summary>
    static long LayerBytes(ModelDefinition definition, int elementBytes)
    {
        var widest = Enumerable.Range(0, definition.LayerCount).SelectMany(layer => MixerPlacement.InLayer(definition, layer)).Max(mixer =>
        {
            var projected = mixer.Description.Parameters.Where(p => p.Shape.Count == 2 && p.Shape[1] == definition.Width).Sum(p => (long)p.Shape[0]);
            return projected * (elementBytes + (mixer.Description.State.Any(tensor => tensor.Single) ? 8 : elementBytes));
        });
        return widest + (4L * definition.Width + 3L * definition.FeedForwardWidth) * elementBytes;
    }
}
