using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Definitions;

/// <summary>A variant at a scale: everything that decides what the model computes, and its default recipe.</summary>
public sealed record ModelDefinition
{
    /// <summary><c>name@scale</c>.</summary>
    public required string VariantId { get; init; }

    /// <summary>A short name for people.</summary>
    public string Title { get; init; } = "";

    /// <summary>One or two sentences: what it is, from where.</summary>
    public string Summary { get; init; } = "";

    /// <summary>d.</summary>
    public required int Width { get; init; }

    /// <summary>N, stored layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>T, the loop count it is trained with. 1 is the non-looped control.</summary>
    public required int LoopCount { get; init; }

    /// <summary>Heads of attention layers, and the default of other mixers.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Hidden width of the feed-forward.</summary>
    public required int FeedForwardWidth { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence that position tables and caches are made for.</summary>
    public required int MaximumLength { get; init; }

    /// <summary>ε of every RMSNorm.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether the head is the embedding.</summary>
    public bool TiedHead { get; init; }

    /// <summary>Whether h^τ = h̃^τ + ρ_τ ⊙ h^(τ−1) with learned, zero-initialised ρ [T, d] (LT2 §2.1). Meaningless at T = 1 but stored there too.</summary>
    public bool ResidualGate { get; init; } = true;

    /// <summary>Where the norms of a block stand.</summary>
    public NormPlacement NormPlacement { get; init; }

    /// <summary>The kind of every norm over the model's width.</summary>
    public NormKind Norm { get; init; }

    /// <summary>RWKV7: a norm follows the embedding, before the first loop.</summary>
    public bool EmbeddingNorm { get; init; }

    /// <summary>What follows the mixer in a block.</summary>
    public FeedForwardKind FeedForward { get; init; }

    /// <summary>Ouro: the final norm follows every loop, and the normed state enters the next one.</summary>
    public bool NormEveryLoop { get; init; }

    /// <summary>Ouro: a learned gate over the normed state says after each loop how likely it is to stop there.</summary>
    public bool ExitGate { get; init; }

    /// <summary>Whether mixers that can, also read the previous loop's state at the same token (causal; a gate per loop and head, zero-initialised).</summary>
    public bool CarryState { get; init; }

    /// <summary>Mixers by loop and layer. With fewer entries than loops the last one repeats, so one entry serves every loop.</summary>
    public required IReadOnlyList<IReadOnlyList<MixerChoice>> Slots { get; init; }

    /// <summary>Mixers drawn at random instead of <see cref="Slots"/>, or null.</summary>
    public RandomDraw? Draw { get; init; }

    /// <summary>The recipe it is trained with unless a plan says otherwise.</summary>
    public TrainingRecipe Recipe { get; init; } = new();

    /// <summary>The mixer at a loop and layer, both from 0.</summary>
    public MixerChoice MixerAt(int loop, int layer) => Slots[Math.Min(loop, Slots.Count - 1)][layer];

    /// <summary>The same model trained with another loop count.</summary>
    /// <exception cref="ModelException">The count is below 1.</exception>
    public ModelDefinition WithLoopCount(int loopCount) => loopCount >= 1
        ? this with { LoopCount = loopCount }
        : throw new ModelException($"{VariantId}: a loop count of {loopCount} makes no model; it must be 1 or more.");

    /// <summary>The same model for another vocabulary.</summary>
    /// <exception cref="ModelException">The size is below 2.</exception>
    public ModelDefinition WithVocabulary(int vocabularySize) => vocabularySize >= 2
        ? this with { VocabularySize = vocabularySize }
        : throw new ModelException($"{VariantId}: a vocabulary of {vocabularySize} makes no model; it must be 2 or more.");

    /// <summary>The same model for sequences of up to that many tokens.</summary>
    public ModelDefinition WithMaximumLength(int maximumLength) => maximumLength >= 1
        ? this with { MaximumLength = maximumLength }
        : throw new ModelException($"{VariantId}: a maximum length of {maximumLength} makes no model; it must be 1 or more.");

    /// <summary>What decides the computation, as one JSON text with sorted keys: the same text means the same model. Title, summary and recipe are left out.</summary>
    public string ToCanonicalJson()
    {
        var json = DefinitionJson.Write(this);
        foreach (var name in (string[])["title", "summary", "recipe"]) json.Remove(name);
        return CanonicalJson.Write(json);
    }
}
