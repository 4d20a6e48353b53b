using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>Conversion recipes: the shipped ones by name, others by path. Touches no libtorch.</summary>
public static class ConversionCatalogue
{
    static string Folder => Path.Combine(AppContext.BaseDirectory, "conversions");

    /// <summary>Names of the shipped recipes, sorted.</summary>
    public static IReadOnlyList<string> Names => Directory.Exists(Folder)
        ? [.. Directory.GetFiles(Folder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)] : [];

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="ModelException">It is not there, or every problem of the file with line and field.</exception>
    public static ConversionRecipe Load(string nameOrPath)
    {
        var shipped = Path.Combine(Folder, nameOrPath + ".yaml");
        var file = File.Exists(nameOrPath) ? nameOrPath : shipped;
        if (!File.Exists(file)) throw new ModelException($"There is no conversion recipe '{nameOrPath}': neither a file of that path nor a shipped one.{NearestName.Hint(nameOrPath, Names)}");
        var problems = new List<string>();
        var recipe = YamlSection.Load(file, problems) is { } root ? Read(root, file) : null;
        if (problems.Count == 0) problems.AddRange(recipe!.Problems().Select(problem => $"{file}: {problem}"));
        return problems.Count == 0 ? recipe! : throw new ModelException(problems);
    }

    static ConversionRecipe Read(YamlSection root, string file)
    {
        var recipe = new ConversionRecipe
        {
            Name = root.Text("name") ?? Path.GetFileNameWithoutExtension(file), Summary = root.Text("summary") ?? "", Layers = root.Text("layers") ?? "interleave:4:1:gdn:full",
            MixerOptions = Options(root.Section("mixerOptions")), Probe = Probe(root.Section("probe")), Alignment = Stage(root.Section("alignment")),
            Distillation = Logits(root.Section("distillation")), LongContext = Logits(root.Section("longContext")), ExitGate = Stage(root.Section("exitGate")),
        };
        root.Close();
        return recipe;
    }

    static SortedDictionary<string, string> Options(YamlSection? section) =>
        new(section?.Keys.ToArray().ToDictionary(key => key, key => section.Text(key) ?? "") ?? [], StringComparer.Ordinal);

    static SensitivityProbe? Probe(YamlSection? section)
    {
        if (section is null) return null;
        var probe = new SensitivityProbe(Budget(section), section.Integer("batches") ?? 4);
        section.Close();
        return probe;
    }

    static ConversionStage? Stage(YamlSection? section)
    {
        if (section is null) return null;
        var stage = Budget(section);
        section.Close();
        return stage;
    }

    static ConversionStage Budget(YamlSection section) => new()
    {
        Tokens = (long)(section.Real("tokens") ?? 0), SequenceLength = section.Integer("sequenceLength") ?? 0, BatchSize = section.Integer("batchSize") ?? 0,
        LearningRate = section.Real("learningRate") ?? 0, MinimumLearningRateFraction = section.Real("minimumLearningRateFraction") ?? 0.1,
        WarmupFraction = section.Real("warmupFraction") ?? 0.05, WeightDecay = section.Real("weightDecay") ?? 0, ClipNorm = section.Real("clipNorm") ?? 1,
    };

    static DistillationStage? Logits(YamlSection? section)
    {
        if (section is null) return null;
        var b = Budget(section);
        var stage = new DistillationStage
        {
            Tokens = b.Tokens, SequenceLength = b.SequenceLength, BatchSize = b.BatchSize, LearningRate = b.LearningRate, MinimumLearningRateFraction = b.MinimumLearningRateFraction,
            WarmupFraction = b.WarmupFraction, WeightDecay = b.WeightDecay, ClipNorm = b.ClipNorm, TopK = section.Integer("topK") ?? 64, Temperature = section.Real("temperature") ?? 1,
            DivergenceWeight = section.Real("divergenceWeight") ?? 1, CrossEntropyWeight = section.Real("crossEntropyWeight") ?? 0,
            EveryLoopShare = section.Real("everyLoopShare") ?? 0.5, LaterEarlyLoopWeight = section.Real("laterEarlyLoopWeight") ?? 0, Recompute = section.Switch("recompute") ?? false,
        };
        section.Close();
        return stage;
    }
}
