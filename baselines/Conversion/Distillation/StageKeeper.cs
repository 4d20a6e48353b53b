using System.Text.Json;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>Carries out one stage, or takes over what an earlier attempt finished of it.</summary>
internal sealed class StageKeeper(ConversionOptions options)
{
    readonly List<ConversionStageResult> stages = [];

    internal IReadOnlyList<ConversionStageResult> Stages => stages;

    /// <summary>Trains a stage's objective over its budget.</summary>
    /// <returns>Null when the stage is done; else how it ended.</returns>
    internal TrainingResult? Run(string name, ITrainingObjective objective, ITokenBatchSource batches, TrainingRecipe recipe)
    {
        if (Restore(name, objective)) return null;
        var result = ObjectiveTrainer.Train(objective, batches, recipe, new TrainingOptions
        {
            LogEverySteps = options.LogEverySteps, CheckpointEverySteps = options.CheckpointEverySteps, CancellationToken = options.CancellationToken,
            StateFolder = options.StateFolder is { } folder ? Path.Combine(folder, name) : null,
            Progress = options.Progress is { } report ? new Forward(point => report(name, recipe.Steps, point)) : null,
        }, options.Seed);
        if (result.Outcome != TrainingOutcome.Finished) return result;
        Keep(name, objective, result.Points);
        return null;
    }

    bool Restore(string name, ITrainingObjective objective)
    {
        if (FileOf(name) is not { } file || !File.Exists(file)) return false;
        var archive = Safetensors.Read(file);
        if (archive.Metadata.GetValueOrDefault("identity") != objective.Identity)
            throw new ModelException($"{file}: this finished stage belongs to another teacher, recipe, seed or text. Give another folder, or delete it to start again.");
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        objective.Parameters.Flat.copy_(archive.Load("parameters"));
        Add(name, JsonSerializer.Deserialize<List<TrainingPoint>>(archive.Metadata["points"])!);
        return true;
    }

    void Keep(string name, ITrainingObjective objective, IReadOnlyList<TrainingPoint> points)
    {
        Add(name, points);
        if (FileOf(name) is not { } file) return;
        Safetensors.Write(file, [("parameters", objective.Parameters.Flat)],
            new Dictionary<string, string> { ["identity"] = objective.Identity, ["points"] = JsonSerializer.Serialize(points) });
        if (Directory.Exists(Path.Combine(options.StateFolder!, name))) Directory.Delete(Path.Combine(options.StateFolder!, name), recursive: true);
    }

    void Add(string name, IReadOnlyList<TrainingPoint> points) => stages.Add(new ConversionStageResult(name, points.Count > 0 ? points[^1].Tokens : 0, points));

    string? FileOf(string name) => options.StateFolder is { } folder ? Path.Combine(folder, name + ".safetensors") : null;

    sealed class Forward(Action<TrainingPoint> report) : IProgress<TrainingPoint>
    {
        public void Report(TrainingPoint value) => report(value);
    }
}
