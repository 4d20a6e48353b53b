using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;

namespace LT2.Eval.Models.Definitions;

/// <summary>A mixer in a stored layer: its catalogue line, settings, description, and where its parameters are named.</summary>
/// <param name="Choice">As the definition gives it.</param>
/// <param name="Entry">The catalogue line.</param>
/// <param name="Settings">What it is built for.</param>
/// <param name="Description">Parameters, state (with what the layer's feed-forward keeps beside it), operations.</param>
/// <param name="Prefix">What comes before its parameter names: <c>layers.3.mixer.</c>, or <c>layers.3.mixer.gdn.</c> where loops differ in mixer type.</param>
public sealed record MixerPlacement(MixerChoice Choice, MixerEntry Entry, MixerSettings Settings, MixerDescription Description, string Prefix)
{
    /// <summary>
    /// Every distinct mixer of a layer, over all loops and draws. Those of one weight family that differ only in options that leave weights alone
    /// share a prefix, hence weights: full attention in one loop and a window in the next are one set of parameters.
    /// </summary>
    /// <exception cref="ModelException">An unknown mixer, or options it cannot be built with.</exception>
    public static IReadOnlyList<MixerPlacement> InLayer(ModelDefinition definition, int layer)
    {
        var choices = definition.Slots.Select(loop => loop[layer]).Concat(definition.Draw?.Choices ?? []).Distinct().ToArray();
        var keys = choices.Select(WeightKey).ToArray();
        var sets = keys.Distinct().ToArray();
        return [.. choices.Select((choice, i) => Place(definition, layer, choice, PrefixOf(layer, sets, Array.IndexOf(sets, keys[i]))))];
    }

    static MixerPlacement Place(ModelDefinition definition, int layer, MixerChoice choice, string prefix)
    {
        var entry = EntryOf(choice);
        var settings = new MixerSettings(definition.Width, definition.HeadCount, layer, definition.LayerCount, definition.MaximumLength, definition.NormEpsilon, choice.Options,
            definition.CarryState ? definition.LoopCount : 0);
        var description = entry.Describe(settings);
        if (definition.FeedForward == FeedForwardKind.ChannelMix) description = description with { State = [.. description.State, ChannelMix.State(definition.Width)] };
        return new MixerPlacement(choice, entry, settings, description, prefix);
    }

    static string PrefixOf(int layer, string[] sets, int index)
    {
        if (sets.Length == 1) return $"layers.{layer}.mixer.";
        var family = sets[index].Split(' ')[0];
        var twin = sets.Take(index).Count(set => set.Split(' ')[0] == family);
        return $"layers.{layer}.mixer.{family}{(twin == 0 ? "" : $"_{twin + 1}")}.";
    }

    static string WeightKey(MixerChoice choice)
    {
        var entry = EntryOf(choice);
        var options = entry.Options.Where(option => option.ChangesWeights).ToDictionary(option => option.Name, option => choice.Options.GetValueOrDefault(option.Name, option.Default));
        return new MixerChoice(entry.WeightFamily, options).Key;
    }

    static MixerEntry EntryOf(MixerChoice choice) => MixerCatalogue.Find(choice.Mixer)
        ?? throw new ModelException($"There is no mixer '{choice.Mixer}'.{NearestName.Hint(choice.Mixer, MixerCatalogue.All.Select(entry => entry.Name))}");
}
