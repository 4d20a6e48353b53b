namespace LT2.Eval.Models.Definitions;

/// <summary>Sizes, switches, mixer options and recipe fields as one section of a file gives them; absent fields are null. Later sections override earlier ones.</summary>
internal sealed record SizeFields
{
    internal int? Width, LayerCount, HeadCount, FeedForwardWidth, VocabularySize, MaximumLength, LoopCount;
    internal double? NormEpsilon;
    internal bool? TiedHead, ResidualGate, NormEveryLoop, ExitGate, CarryState, EmbeddingNorm;
    internal NormPlacement? NormPlacement;
    internal NormKind? Norm;
    internal FeedForwardKind? FeedForward;
    internal string? Pattern;
    internal IReadOnlyList<string>? Loops;
    internal Dictionary<string, Dictionary<string, string>> MixerOptions = new(StringComparer.Ordinal);
    internal RecipeFields Recipe = new();

    internal static SizeFields Read(YamlSection section)
    {
        var fields = new SizeFields
        {
            Width = Positive("width"), LayerCount = Positive("layerCount"), HeadCount = Positive("headCount"), FeedForwardWidth = Positive("feedForwardWidth"),
            VocabularySize = Positive("vocabularySize"), MaximumLength = Positive("maximumLength"), LoopCount = Positive("loopCount"),
            NormEpsilon = section.Real("normEpsilon"), TiedHead = section.Switch("tiedHead"), ResidualGate = section.Switch("residualGate"),
            NormEveryLoop = section.Switch("normEveryLoop"), ExitGate = section.Switch("exitGate"), CarryState = section.Switch("carryState"),
            Norm = section.Word<NormKind>("norm"), EmbeddingNorm = section.Switch("embeddingNorm"), FeedForward = section.Word<FeedForwardKind>("feedForward"),
            NormPlacement = section.Word<NormPlacement>("normPlacement"), Pattern = section.Text("pattern"), Loops = section.TextList("loops"),
        };
        if (section.Section("mixerOptions") is { } mixers)
        {
            foreach (var mixer in mixers.Keys.ToArray())
            {
                if (mixers.Section(mixer) is not { } options) continue;
                fields.MixerOptions[mixer] = options.Keys.ToArray().ToDictionary(key => key, key => options.Text(key) ?? "", StringComparer.Ordinal);
            }
            mixers.Close();
        }
        if (section.Section("recipe") is { } recipe) fields.Recipe = RecipeFields.Read(recipe);
        return fields;

        int? Positive(string key)
        {
            var value = section.Integer(key);
            if (value is null or > 0) return value;
            section.Problem(key, $"is {value}; it must be above 0.");
            return null;
        }
    }

    internal SizeFields OverriddenBy(SizeFields later)
    {
        var options = MixerOptions.ToDictionary(pair => pair.Key, pair => new Dictionary<string, string>(pair.Value, StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (mixer, values) in later.MixerOptions)
        {
            if (!options.TryGetValue(mixer, out var known)) options[mixer] = known = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in values) known[name] = value;
        }
        return new SizeFields
        {
            Width = later.Width ?? Width, LayerCount = later.LayerCount ?? LayerCount, HeadCount = later.HeadCount ?? HeadCount,
            FeedForwardWidth = later.FeedForwardWidth ?? FeedForwardWidth, VocabularySize = later.VocabularySize ?? VocabularySize,
            MaximumLength = later.MaximumLength ?? MaximumLength, LoopCount = later.LoopCount ?? LoopCount, NormEpsilon = later.NormEpsilon ?? NormEpsilon,
            TiedHead = later.TiedHead ?? TiedHead, ResidualGate = later.ResidualGate ?? ResidualGate, NormEveryLoop = later.NormEveryLoop ?? NormEveryLoop,
            ExitGate = later.ExitGate ?? ExitGate, CarryState = later.CarryState ?? CarryState, NormPlacement = later.NormPlacement ?? NormPlacement,
            Norm = later.Norm ?? Norm, EmbeddingNorm = later.EmbeddingNorm ?? EmbeddingNorm, FeedForward = later.FeedForward ?? FeedForward,
            Pattern = later.Loops is null ? later.Pattern ?? Pattern : null, Loops = later.Pattern is null ? later.Loops ?? Loops : null,
            MixerOptions = options, Recipe = Recipe.OverriddenBy(later.Recipe),
        };
    }
}
