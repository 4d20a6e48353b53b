namespace LT2.Eval.Models.Looping;

/// <summary>What a pass over a model must at least move or compute; achieved rates are this over the time.</summary>
public static class PassCost
{
    /// <summary>Bytes of one decode step: every layer's weights once a loop, caches up to the context, recurrent states read and written.</summary>
    /// <param name="model">The model; its definition's loop count runs.</param>
    /// <param name="state">Its caches and states.</param>
    /// <param name="context">Tokens that caches hold.</param>
    public static double DecodeBytes(LoopedModel model, LoopState state, int context)
    {
        var weights = model.Definition.LoopCount * (double)LayerWeights(model) * model.Parameters.Flat.ElementSize;
        return weights + state.All.Sum(part => part.Overwritten.Sum(name => 2.0 * part[name].NumberOfElements * part[name].ElementSize)
            + part.Names.Except(part.Overwritten).Sum(name => part[name].NumberOfElements * (double)part[name].ElementSize * Math.Min(1, context / (double)state.MaximumLength)));
    }

    /// <summary>Operations (a multiplication and an addition are two) of the products with weights in a prefill: every layer and loop for every token, the head for the last.</summary>
    /// <param name="model">The model; its definition's loop count runs.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Tokens of each.</param>
    public static double PrefillOperations(LoopedModel model, int batch, int length) =>
        2.0 * batch * ((double)length * model.Definition.LoopCount * LayerWeights(model) + (double)model.Definition.VocabularySize * model.Definition.Width);

    /// <summary>The same of a training step: the head for every token, and the backward pass, which computes twice what the forward pass does.</summary>
    /// <param name="model">The model; its definition's loop count runs.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Tokens of each.</param>
    public static double TrainingOperations(LoopedModel model, int batch, int length) =>
        6.0 * batch * length * (model.Definition.LoopCount * (double)LayerWeights(model) + (double)model.Definition.VocabularySize * model.Definition.Width);

    static long LayerWeights(LoopedModel model) => model.Parameters.Descriptions.Where(p => p.Name.StartsWith("layers.", StringComparison.Ordinal)).Sum(p => p.ElementCount);
}
