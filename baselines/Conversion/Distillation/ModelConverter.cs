using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>
/// Turns a pretrained looped transformer into a hybrid (LT2 §4): choose the layers that stay full, initialise the others' mixers from the attention, align them, distil the
/// teacher's logits, continue at long context, and tune the exit gate. The teacher is never changed.
/// </summary>
/// <param name="teacher">The model to convert.</param>
/// <param name="recipe">How.</param>
/// <param name="batches">Where the batches of a stage come from.</param>
/// <param name="options">What is reported and kept.</param>
public sealed class ModelConverter(LoopedModel teacher, ConversionRecipe recipe, StageBatches batches, ConversionOptions options)
{
    readonly StageKeeper keeper = new(options);
    IReadOnlyDictionary<int, double>? sensitivity;

    /// <summary>Converts, going on from what an earlier attempt left in the state folder.</summary>
    /// <exception cref="ModelException">A recipe with problems, a teacher that cannot be converted, kept states of something else.</exception>
    public ConversionResult Convert()
    {
        if (recipe.Problems() is { Count: > 0 } problems) throw new ModelException(problems);
        if (ChooseLayers(out var staysFull) is { } stopped) return Ended(stopped);
        var definition = StudentDefinition.Derive(teacher.Definition, staysFull, recipe.MixerOptions, options.VariantId, recipe.LongestSequence);
        var student = LoopedModel.Blank(definition, teacher.Device, teacher.ElementType);
        try
        {
            return (Align(definition, student) ?? Distil(student, "distillation", recipe.Distillation) ?? Distil(student, "longContext", recipe.LongContext) ?? TuneGate(student)) is { } ended
                ? Ended(ended, student)
                : new ConversionResult(TrainingOutcome.Finished, "", student, keeper.Stages, sensitivity);
        }
        catch
        {
            student.Dispose();
            throw;
        }
    }

    TrainingResult? ChooseLayers(out IReadOnlyList<bool> staysFull)
    {
        var count = teacher.Definition.LayerCount;
        if (recipe.SensitiveLayers is not { } kept)
        {
            staysFull = StudentDefinition.StaysFull(recipe.Layers, count);
            return null;
        }
        staysFull = new bool[count];
        if (kept >= count) throw new ModelException($"layers is '{recipe.Layers}', but the teacher has {count} layers; at least one must be converted.");
        var file = options.StateFolder is { } folder ? Path.Combine(folder, "sensitivity.json") : null;
        var identity = Identity("probe", recipe.Probe!);
        if (file is not null && File.Exists(file) && JsonSerializer.Deserialize<KeptProbe>(File.ReadAllText(file)) is { } known && known.Identity == identity) sensitivity = known.ByLayer;
        else
        {
            var all = StudentDefinition.Derive(teacher.Definition, staysFull, recipe.MixerOptions, options.VariantId, recipe.LongestSequence);
            using var mixers = new ReplacementMixers(all, teacher, options.Seed, teacher.ElementType);
            var probe = recipe.Probe!;
            if (keeper.Run("probe", new AlignmentObjective(teacher, mixers, identity), batches("probe", probe.Alignment, validation: false), probe.Alignment.Recipe) is { } ended) return ended;
            sensitivity = new LayerSensitivity(teacher, mixers).Measure(batches("probe", probe.Alignment, validation: true), probe.Batches);
            if (file is not null) AtomicFile.WriteText(file, JsonSerializer.Serialize(new KeptProbe(identity, new SortedDictionary<int, double>(sensitivity.ToDictionary()))));
        }
        var chosen = sensitivity!.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(kept).Select(pair => pair.Key).ToHashSet();
        staysFull = [.. Enumerable.Range(0, count).Select(chosen.Contains)];
        return null;
    }

    TrainingResult? Align(ModelDefinition definition, LoopedModel student)
    {
        using var mixers = new ReplacementMixers(definition, teacher, options.Seed, teacher.ElementType);
        if (recipe.Alignment is { } stage
            && keeper.Run("alignment", new AlignmentObjective(teacher, mixers, Identity("alignment", stage, definition)), batches("alignment", stage, validation: false), stage.Recipe) is { } ended) return ended;
        using var noGrad = no_grad();
        foreach (var name in student.Parameters.Names)
        {
            using var scope = NewDisposeScope();
            student.Parameters.View(name).copy_(mixers.Parameters.Has(name) ? mixers.Parameters.View(name) : teacher.Parameters.View(name));
        }
        return null;
    }

    TrainingResult? Distil(LoopedModel student, string name, DistillationStage? stage)
    {
        if (stage is null) return null;
        var cache = options.TeacherCacheFolder is { } folder ? Path.Combine(folder, Hash($"{options.DataIdentity}\n{options.Seed}\n{name} {stage.SequenceLength} {stage.BatchSize} {stage.TopK}")) : null;
        var objective = new DistillationObjective(student, new TeacherTargets(teacher, stage.TopK, cache), stage, Identity(name, stage, student.Definition));
        return keeper.Run(name, objective, batches(name, stage, validation: false), stage.Recipe);
    }

    TrainingResult? TuneGate(LoopedModel student)
    {
        if (recipe.ExitGate is not { } stage) return null;
        if (!student.Definition.ExitGate) throw new ModelException($"exitGate: {teacher.Definition.VariantId} has no exit gate; leave the stage out.");
        var objective = new ExitGateObjective(student, Identity("exitGate", stage, student.Definition));
        return keeper.Run("exitGate", objective, batches("exitGate", stage, validation: false), stage.Recipe with { WeightDecay = 0 });
    }

    ConversionResult Ended(TrainingResult result, LoopedModel? student = null)
    {
        student?.Dispose();
        return new ConversionResult(result.Outcome, result.Reason, null, keeper.Stages, sensitivity);
    }

    // Everything that came before a stage decides it, so the whole recipe is part of each stage's name.
    string Identity(string stage, object budget, ModelDefinition? student = null) => Hash(
        $"{stage}\n{JsonSerializer.Serialize(budget, budget.GetType())}\n{recipe.ToJson().ToJsonString()}\n"
        + $"{(student ?? teacher.Definition).ToCanonicalJson()}\n{options.DataIdentity}\n{options.Seed}\n{TrainingCode.Version}");

    static string Hash(string text) => System.Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24];

    sealed record KeptProbe(string Identity, IReadOnlyDictionary<int, double> ByLayer);
}
