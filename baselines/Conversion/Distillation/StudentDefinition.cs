using System.Globalization;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>The hybrid that a teacher becomes: everything as it was, but for the mixers of the layers that do not stay full.</summary>
public static class StudentDefinition
{
    /// <summary>Which layers stay full, from a pattern over <c>gdn</c> and <c>full</c>.</summary>
    /// <exception cref="ModelException">Another name, or a pattern that does not fit.</exception>
    public static IReadOnlyList<bool> StaysFull(string pattern, int layerCount)
    {
        var names = LayerPattern.Expand(pattern, layerCount);
        return names.FirstOrDefault(name => name is not ("gdn" or "full")) is { } other
            ? throw new ModelException($"layers is '{pattern}'; a conversion knows the names gdn and full, not '{other}'.")
            : [.. names.Select(name => name == "full")];
    }

    /// <summary>The student's definition.</summary>
    /// <param name="teacher">Full attention in every layer and loop.</param>
    /// <param name="staysFull">For each layer.</param>
    /// <param name="mixerOptions">Options of the new mixers beside heads and widths.</param>
    /// <param name="variantId">Its id.</param>
    /// <param name="maximumLength">Longest sequence of any stage.</param>
    /// <exception cref="ModelException">A teacher that cannot be converted, or options that the mixer lacks.</exception>
    public static ModelDefinition Derive(
        ModelDefinition teacher, IReadOnlyList<bool> staysFull, IReadOnlyDictionary<string, string> mixerOptions, string variantId, int maximumLength = 0)
    {
        if (teacher.Draw is not null || teacher.Slots.Count != 1 || teacher.Slots[0].Any(choice => choice.Mixer != "full"))
            throw new ModelException($"{teacher.VariantId}: only models with full attention in every layer, the same in every loop, are converted.");
        if (mixerOptions.Keys.FirstOrDefault(key => key is "heads" or "headDimension" or "valueHeads" or "valueExpansion") is { } decided)
            throw new ModelException($"mixerOptions: {decided} follows from the teacher's heads; leave it out.");
        if (mixerOptions.Keys.FirstOrDefault(key => Mixers.GatedDeltaNetMixer.Options.All(option => option.Name != key)) is { } unknown)
            throw new ModelException($"mixerOptions: the mixer gdn has no option '{unknown}'.{NearestName.Hint(unknown, Mixers.GatedDeltaNetMixer.Options.Select(option => option.Name))}");
        return teacher with
        {
            VariantId = variantId, Title = variantId.Split('@')[0], Summary = $"Converted from {teacher.VariantId}.", MaximumLength = Math.Max(teacher.MaximumLength, maximumLength),
            Slots = [[.. teacher.Slots[0].Select((attention, layer) => staysFull[layer] ? attention : Replacement(teacher, attention, mixerOptions))]],
        };
    }

    /// <summary>A GDN with as many heads as the attention has query heads, all as wide as the attention's.</summary>
    static MixerChoice Replacement(ModelDefinition teacher, MixerChoice attention, IReadOnlyDictionary<string, string> mixerOptions)
    {
        var shape = AttentionShape.Of(teacher, attention);
        var options = new SortedDictionary<string, string>(mixerOptions.ToDictionary(), StringComparer.Ordinal)
        {
            ["headDimension"] = shape.HeadWidth.ToString(CultureInfo.InvariantCulture), ["valueExpansion"] = "1",
        };
        if (shape.QueryHeads != teacher.HeadCount) options["heads"] = shape.QueryHeads.ToString(CultureInfo.InvariantCulture);
        return new MixerChoice("gdn", options);
    }
}
