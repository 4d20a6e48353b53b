using LT2.Eval.Models.Mixers;

namespace LT2.Eval.Models.Definitions;

/// <summary>Puts a variant and a scale together and checks that the result is a model.</summary>
internal static class DefinitionBuilder
{
    internal static ModelDefinition Build(VariantFile variant, ScaleFile scale)
    {
        var problems = new List<string>();
        var id = $"{variant.Name}@{scale.Name}";
        var fields = scale.Fields.OverriddenBy(variant.Fields);
        if (variant.Scales.TryGetValue(scale.Name, out var own)) fields = fields.OverriddenBy(own);
        int Need(int? value, string field)
        {
            if (value is null) problems.Add($"{id}: neither {variant.File} nor {scale.File} gives {field}.");
            return value ?? 1;
        }
        foreach (var name in fields.MixerOptions.Keys.Where(name => MixerCatalogue.Find(name) is null && !variant.Mixers.ContainsKey(name)))
            problems.Add($"{id}: mixerOptions: there is no mixer '{name}'.{NearestName.Hint(name, variant.Mixers.Keys.Concat(MixerCatalogue.All.Select(m => m.Name)))}");
        var layerCount = Need(fields.LayerCount, "layerCount");
        var patterns = fields.Loops ?? [fields.Pattern ?? ""];
        if (fields.Pattern is null && fields.Loops is null && variant.Draw is null) problems.Add($"{variant.File}: pattern: absent; say which mixer stands where.");
        var slots = new List<IReadOnlyList<MixerChoice>>();
        MixerChoice Choice(string name) => MixerChoiceFor(name, variant, fields, problems);
        try
        {
            if (variant.Draw is { } drawn) slots.Add([.. Enumerable.Repeat(Choice(drawn.Choices[0].Name), layerCount)]);
            else slots.AddRange(patterns.Select(pattern => LayerPattern.Expand(pattern, layerCount).Select(Choice).ToArray()));
        }
        catch (ModelException error)
        {
            problems.AddRange(error.Problems.Select(problem => $"{variant.File}: {problem}"));
        }
        var definition = new ModelDefinition
        {
            VariantId = id, Title = variant.Title, Summary = variant.Summary, Width = Need(fields.Width, "width"), LayerCount = layerCount,
            LoopCount = Need(fields.LoopCount, "loopCount"), HeadCount = Need(fields.HeadCount, "headCount"),
            FeedForwardWidth = Need(fields.FeedForwardWidth, "feedForwardWidth"), VocabularySize = Need(fields.VocabularySize, "vocabularySize"),
            MaximumLength = Need(fields.MaximumLength, "maximumLength"), NormEpsilon = fields.NormEpsilon ?? 1e-6, TiedHead = fields.TiedHead ?? false,
            ResidualGate = fields.ResidualGate ?? true, NormPlacement = fields.NormPlacement ?? NormPlacement.Before, NormEveryLoop = fields.NormEveryLoop ?? false,
            Norm = fields.Norm ?? NormKind.RootMeanSquare, EmbeddingNorm = fields.EmbeddingNorm ?? false, FeedForward = fields.FeedForward ?? FeedForwardKind.SwiGlu,
            ExitGate = fields.ExitGate ?? false, CarryState = fields.CarryState ?? false, Slots = slots, Recipe = fields.Recipe.Build(),
            Draw = variant.Draw is { } draw
                ? new RandomDraw([.. draw.Choices.Select(choice => Choice(choice.Name))], [.. draw.Choices.Select(choice => choice.Weight)], draw.Votes, draw.Seed)
                : null,
        };
        problems.AddRange(definition.Recipe.Problems().Select(problem => $"{id}: {problem}"));
        if (problems.Count == 0)
        {
            try
            {
                if (!ModelShape.Describe(definition).Any(p => p.Name.EndsWith("carry_gate", StringComparison.Ordinal)) && definition.CarryState)
                    problems.Add($"{variant.File}: carryState: none of its mixers can carry a state from loop to loop (gdn can).");
            }
            catch (ModelException error)
            {
                problems.AddRange(error.Problems.Select(problem => $"{id}: {problem}"));
            }
        }
        return problems.Count == 0 ? definition : throw new ModelException([.. problems.Distinct()]);
    }

    static MixerChoice MixerChoiceFor(string name, VariantFile variant, SizeFields fields, List<string> problems)
    {
        var (mixer, own) = variant.Mixers.TryGetValue(name, out var named) ? named : (name, []);
        if (MixerCatalogue.Find(mixer) is not { } entry)
        {
            problems.Add($"{variant.File}: there is no mixer '{mixer}'.{NearestName.Hint(mixer, variant.Mixers.Keys.Concat(MixerCatalogue.All.Select(m => m.Name)))}");
            return new MixerChoice(mixer, new SortedDictionary<string, string>());
        }
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in (Dictionary<string, string>?[])[fields.MixerOptions.GetValueOrDefault(mixer), own, name == mixer ? null : fields.MixerOptions.GetValueOrDefault(name)])
            foreach (var (key, value) in source ?? []) options[key] = value;
        foreach (var key in options.Keys.Where(key => entry.Options.All(option => option.Name != key)))
            problems.Add($"{variant.File}: the mixer '{mixer}' has no option '{key}'.{NearestName.Hint(key, entry.Options.Select(option => option.Name))}");
        return new MixerChoice(mixer, options);
    }
}
