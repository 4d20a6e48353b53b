using System.Text.RegularExpressions;
using LT2.Eval.Harness.Timing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LT2.Eval.Harness.Plans;

/// <summary>Reads a plan's YAML and reports every problem of form at once.</summary>
public static partial class PlanReader
{
    private static readonly string[] TrainingFields =
        ["variants", "trainedLoopCounts", "seeds", "train", "recipe", "recipeByVariant", "learningRates", "learningRateSteps", "nGramOrders", "exits"];

    private static readonly string[] Dtypes = ["float32", "tfloat32", "bfloat16"];

    /// <summary>Reads a plan.</summary>
    /// <param name="source">Path, for messages.</param>
    /// <param name="text">The YAML.</param>
    /// <param name="problems">Receives what is wrong, with file, line and field.</param>
    /// <returns>The plan; null when it cannot be read at all.</returns>
    public static PlanDefinition? Read(string source, string text, List<string> problems)
    {
        YamlMappingNode root;
        try
        {
            var documents = Models.Definitions.YamlDocuments.Load(new StringReader(text));
            if (documents.Count != 1 || documents[0].RootNode is not YamlMappingNode mapping)
            {
                problems.Add($"{source}: expected one YAML document with fields (name: value).");
                return null;
            }

            root = mapping;
        }
        catch (YamlException error)
        {
            problems.Add($"{source}:{error.Start.Line}: not valid YAML: {error.Message}");
            return null;
        }

        var map = new YamlMap(source, root, "", problems);
        var name = map.Text("name") ?? Path.GetFileNameWithoutExtension(source);
        if (!NamePattern().IsMatch(name))
        {
            map.Problem("name", $"'{name}' cannot name files and folders: leave out slashes, and begin with a letter or digit.");
        }

        var plan = new PlanDefinition(
            name,
            map.Text("description") ?? "",
            source,
            text,
            map.Integers("seeds", 0, maximum: long.MaxValue) ?? [1],
            map.Integer("testSetSeed", 0, required: true, maximum: long.MaxValue) ?? 0,
            Choice(map, "dtype", map.Text("dtype"), Dtypes) ?? "float32",
            (int?)map.Integer("threads", 1, maximum: Commands.CommonOptions.MostThreads),
            [.. map.Maps("experiments").Select(ReadExperiment)],
            [.. map.Maps("curricula").Select(ReadCurriculum)],
            [.. map.Maps("conversions").Select(ReadConversion)],
            [.. map.Maps("timings").Select(ReadTiming)])
        {
            Claims = [.. map.Maps("claims").Select(ClaimReader.Read)],
        };
        if (plan.Experiments.Count + plan.Curricula.Count + plan.Timings.Count == 0)
        {
            map.Problem("experiments", "the plan has neither experiments nor curricula nor timings; add one.");
        }

        Repeated(map, "experiments", plan.Experiments.Select(item => item.Name));
        Repeated(map, "curricula", plan.Curricula.Select(item => item.Name));
        Repeated(map, "conversions", plan.Conversions.Select(item => item.Name));
        Repeated(map, "timings", plan.Timings.Select(item => item.Name));
        Repeated(map, "claims", plan.Claims.Select(item => item.Id));
        map.RejectUnknownFields();
        return plan;
    }

    // Pins, archives and lists of runs are called after the plan.
    [GeneratedRegex(@"^[\p{L}\p{N}][^/\\\p{C}]*\z")]
    private static partial Regex NamePattern();

    private static ExperimentDefinition ReadExperiment(YamlMap map)
    {
        var checkpoints = map.Texts("checkpoints") ?? [];
        if (checkpoints.Count > 0 && TrainingFields.FirstOrDefault(map.FieldNames().Contains) is { } field)
        {
            map.Problem(field, "the experiment scores checkpoints that are there already, so nothing is trained; leave this out, or checkpoints.");
        }

        var trains = checkpoints.Count == 0;
        var experiment = new ExperimentDefinition(
            map.Text("name", required: true) ?? "",
            map.Line,
            map.Integers("seeds", 0, maximum: long.MaxValue),
            map.Texts("variants", required: trains) ?? [],
            LoopCounts(map),
            map.Integers("testedLoopCounts", 1, required: true)?.Select(value => (int)value).ToList() ?? [],
            map.Map("train", required: trains) is { } train ? ReadTraining(train) : new TrainingReference(new CaseReference("", null, new Dictionary<string, string>(), 0), null, 0, null),
            [.. map.Maps("tests", required: true).Select(ReadTest)],
            map.Map("recipe") is { } common ? ReadRecipe(common) : new RecipeOverride(),
            ReadRecipesByVariant(map),
            map.Numbers("learningRates", 0) ?? [],
            (int)(map.Integer("scoreBatchSize", 1) ?? 100),
            (int?)map.Integer("nGramOrders", 1),
            map.Map("exits") is { } exits ? ReadExits(exits) : null,
            checkpoints)
        {
            LearningRateSteps = (int?)map.Integer("learningRateSteps", 1),
            ReachLength = (int?)map.Integer("reachLength", 2),
        };
        if (experiment.LearningRateSteps is not null && experiment.LearningRates.Count < 2)
        {
            map.Problem("learningRateSteps", "there is nothing to try: give two or more learningRates, or leave this out.");
        }

        map.RejectUnknownFields();
        return experiment;
    }

    private static ExitDefinition ReadExits(YamlMap map)
    {
        var exits = new ExitDefinition(map.Line, map.Numbers("thresholds", 0, required: true) ?? [], (int)(map.Integer("rows", 1) ?? 16), (int?)map.Integer("length", 4));
        map.RejectUnknownFields();
        return exits;
    }

    private static ConversionPlanDefinition ReadConversion(YamlMap map)
    {
        var conversion = new ConversionPlanDefinition(
            map.Text("name", required: true) ?? "",
            map.Line,
            map.Text("experiment", required: true) ?? "",
            map.Text("teacher", required: true) ?? "",
            map.Text("recipe", required: true) ?? "",
            Choice(map, "alignment", map.Text("alignment"), ["true", "false"]) == "false",
            map.Text("layers"));
        map.RejectUnknownFields();
        return conversion;
    }

    private static CurriculumPlanDefinition ReadCurriculum(YamlMap map)
    {
        var curriculum = new CurriculumPlanDefinition(
            map.Text("name", required: true) ?? "",
            map.Line,
            map.Texts("variants", required: true) ?? [],
            LoopCounts(map),
            ReadCase(map),
            map.Map("recipe") is { } common ? ReadRecipe(common) : new RecipeOverride(),
            ReadRecipesByVariant(map),
            (int)(map.Integer("evaluateEverySteps", 1) ?? 250));
        map.RejectUnknownFields();
        return curriculum;
    }

    private static List<int>? LoopCounts(YamlMap map) => map.Integers("trainedLoopCounts", 1)?.Select(value => (int)value).ToList();

    private static Dictionary<string, RecipeOverride> ReadRecipesByVariant(YamlMap map)
    {
        var byVariant = new Dictionary<string, RecipeOverride>(StringComparer.Ordinal);
        if (map.Map("recipeByVariant") is { } overrides)
        {
            foreach (var variant in overrides.FieldNames())
            {
                byVariant[variant] = overrides.Map(variant) is { } recipe ? ReadRecipe(recipe) : new RecipeOverride();
            }
        }

        return byVariant;
    }

    private static TrainingReference ReadTraining(YamlMap map)
    {
        var reference = new TrainingReference(
            ReadCase(map),
            (int?)map.Integer("sequenceLength", 2),
            (int)(map.Integer("validationSamples", 1) ?? 500),
            map.Text("tokenizer"));
        map.RejectUnknownFields();
        return reference;
    }

    private static TestReference ReadTest(YamlMap map)
    {
        var reference = new TestReference(ReadCase(map), (int)(map.Integer("samples", 1) ?? 5000));
        map.RejectUnknownFields();
        return reference;
    }

    private static CaseReference ReadCase(YamlMap map) => new(
        map.Text("suite", required: true) ?? "",
        map.Text("task"),
        map.Map("parameters")?.AllTexts() ?? new Dictionary<string, string>(),
        map.Line);

    private static RecipeOverride ReadRecipe(YamlMap map)
    {
        var recipe = new RecipeOverride(
            (int?)map.Integer("steps", 1),
            (int?)map.Integer("batchSize", 1),
            map.Number("learningRate", 0),
            map.Number("minimumLearningRateFraction", 0),
            map.Number("warmupFraction", 0),
            map.Number("weightDecay", 0),
            map.Number("clipNorm", 0),
            map.Text("loss"),
            (int?)map.Integer("gradientAccumulationSteps", 1));
        map.RejectUnknownFields();
        return recipe;
    }

    private static TimingDefinition ReadTiming(YamlMap map)
    {
        var phases = map.Texts("phases") ?? TimingPhases.Default;
        foreach (var phase in phases)
        {
            Choice(map, "phases", phase, [.. TimingPhases.All]);
        }

        var timing = new TimingDefinition(
            map.Text("name", required: true) ?? "",
            map.Line,
            map.Texts("variants", required: true) ?? [],
            map.Integers("loopCounts", 1, required: true)?.Select(value => (int)value).ToList() ?? [],
            phases,
            map.Integers("lengths", 1, required: true)?.Select(value => (int)value).ToList() ?? [],
            (int)(map.Integer("batchSize", 1) ?? 1),
            (int)(map.Integer("vocabulary", 2) ?? 256),
            (int)(map.Integer("processes", 1) ?? 1),
            (int)(map.Integer("blocks", 2) ?? 5),
            map.Number("minimumBlockMilliseconds", 0) ?? 100,
            map.Integers("memoryLengths", 1)?.Select(value => (int)value).ToList(),
            (int?)map.Integer("frontierLimit", 1));
        foreach (var length in timing.MemoryLengths?.Except(timing.Lengths) ?? [])
        {
            map.Problem("memoryLengths", $"{length} is not among lengths ({string.Join(", ", timing.Lengths)}).");
        }

        map.RejectUnknownFields();
        return timing;
    }

    private static string? Choice(YamlMap map, string field, string? value, IReadOnlyList<string> allowed)
    {
        if (value is not null && !allowed.Contains(value, StringComparer.Ordinal))
        {
            map.Problem(field, $"'{value}' is not one of {string.Join(", ", allowed)}. {NearestName.Hint(value, [.. allowed])}");
        }

        return value;
    }

    private static void Repeated(YamlMap map, string field, IEnumerable<string> names)
    {
        foreach (var group in names.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            map.Problem(field, $"the name '{group.Key}' is used {group.Count()} times; names must differ.");
        }
    }
}
