using System.Text.Json;
using System.Text.Json.Serialization;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Training;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>The stages that a curriculum has passed so far, kept on disk until its cell ends, so that an attempt that was cut short goes on with the next stage.</summary>
internal sealed class CurriculumProgress
{
    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly string cellFolder;
    private readonly List<StageResult> stages = [];

    /// <summary>Reads what an earlier attempt left; nothing, where its last checkpoint is gone or other code trained it.</summary>
    /// <param name="cell">The curriculum.</param>
    /// <param name="cellFolder">Folder of its checkpoints.</param>
    public CurriculumProgress(CurriculumCell cell, string cellFolder)
    {
        this.cellFolder = cellFolder;
        if (File.Exists(Path) && Read(Path) is { TrainingCodeVersion: TrainingCode.Version, Stages.Count: > 0, Points: not null } earlier && earlier.Stages.Count < cell.Curriculum.Stages.Count
            && WeightsHash(earlier.Stages[^1].Size) == earlier.WeightsHash)
        {
            stages = earlier.Stages;
            Points = earlier.Points;
        }
    }

    /// <summary>How the stages that are done went, all of them passed.</summary>
    public IReadOnlyList<StageResult> Stages => stages;

    /// <summary>The logged steps of these stages.</summary>
    public List<TrainingPointRecord> Points { get; } = [];

    /// <summary>Where the state of a stage under way is kept.</summary>
    public string StateFolder(int size) => System.IO.Path.Combine(cellFolder + ".partial", StageName(size));

    /// <summary>Where the checkpoint of a stage lies.</summary>
    public string CheckpointOf(int size) => System.IO.Path.Combine(cellFolder, StageName(size));

    /// <summary>Keeps a stage that was passed and whose checkpoint is there, with the points logged so far.</summary>
    public void Passed(StageResult stage)
    {
        stages.Add(stage);
        var hash = CheckpointFolder.ReadMetadata(CheckpointOf(stage.Size)).Hashes["weights"];
        Directory.CreateDirectory(cellFolder + ".partial");
        File.WriteAllText(Path + ".new", JsonSerializer.Serialize(new Earlier(TrainingCode.Version, hash, stages, Points), Options));
        File.Move(Path + ".new", Path, overwrite: true);
    }

    /// <summary>Forgets everything but the checkpoints.</summary>
    public void Clear()
    {
        if (Directory.Exists(cellFolder + ".partial"))
        {
            Directory.Delete(cellFolder + ".partial", recursive: true);
        }
    }

    private string Path => System.IO.Path.Combine(cellFolder + ".partial", "stages.json");

    private static string StageName(int size) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"stage-{size}");

    private static Earlier? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Earlier>(File.ReadAllText(path), Options);
        }
        catch (JsonException)
        {
            return null; // written by another version of the program
        }
    }

    private string? WeightsHash(int size)
    {
        try
        {
            return CheckpointFolder.ReadMetadata(CheckpointOf(size)).Hashes.GetValueOrDefault("weights");
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private sealed record Earlier(int TrainingCodeVersion, string WeightsHash, List<StageResult> Stages, List<TrainingPointRecord> Points);
}
