using System.Globalization;
using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using LT2.Eval.Models.Training.Parallel;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>Trains one model and leaves its checkpoint folder; the same for a cell of a plan and for <c>lt2 train</c>.</summary>
/// <param name="cell">What is trained.</param>
/// <param name="device">Where.</param>
/// <param name="corpora">Training texts.</param>
/// <param name="folder">The checkpoint folder.</param>
/// <param name="progress">Receives the share done and a short text.</param>
/// <param name="from">A checkpoint folder whose weights training starts from; null for first values of the seed.</param>
public sealed class TrainingJob(TrainCell cell, ComputeDevice device, CorpusCache corpora, string folder, Action<double, string> progress, string? from = null)
{
    private const int LogEverySteps = 20;

    private const int CheckpointEverySteps = 500;

    /// <summary>Where the state of unfinished training is kept.</summary>
    private string StateFolder => folder + ".partial";

    /// <summary>Processes that train the model together; null for this one alone. Process 0 alone leaves a checkpoint.</summary>
    public IProcessGroup? Group { get; init; }

    /// <summary>When they sum gradients.</summary>
    public ReduceSchedule ReduceSchedule { get; init; }

    /// <summary>Tokens a second from the second recorded point to the last, when graphs are captured and kernels compiled; null for fewer points.</summary>
    public double? TokensPerSecond { get; private set; }

    /// <summary>Called before the checkpoint appears; may throw where another attempt owns it by now.</summary>
    public Action BeforePublishing { get; init; } = static () => { };

    /// <summary>Whether an earlier attempt left a state to go on from.</summary>
    public bool HasEarlierState => Directory.Exists(StateFolder);

    /// <summary>Trains; on success the checkpoint folder is there and the validation loss measured.</summary>
    /// <returns>How training went, and the validation loss in nat/token (null unless finished).</returns>
    public (TrainingResult Result, double? ValidationLoss) Run(CancellationToken cancellation)
    {
        using var model = from is null
            ? LoopedModel.Create(cell.Model, cell.Seed!.Value, device, Dtypes.Use(cell.Dtype, device))
            : CheckpointFolder.Load(from, device, Dtypes.Use(cell.Dtype, device));
        var points = new PointProgress(cell.Recipe.Steps, progress);
        var result = Trainer.Train(model, Batches(SampleSplit.Train), cell.Recipe, new TrainingOptions
        {
            LogEverySteps = LogEverySteps,
            CheckpointEverySteps = CheckpointEverySteps,
            StateFolder = StateFolder,
            Progress = points,
            Group = Group,
            ReduceSchedule = ReduceSchedule,
            CancellationToken = cancellation,
        }, cell.Seed!.Value);
        TokensPerSecond = points.TokensPerSecond;
        if (result.Outcome == TrainingOutcome.Interrupted)
        {
            throw new OperationCanceledException(cancellation); // in a group the signal may have reached another process
        }

        if (Group is null)
        {
            cancellation.ThrowIfCancellationRequested();
        }

        if (result.Outcome != TrainingOutcome.Finished || Group is { Rank: > 0 })
        {
            return (result, null);
        }

        var loss = ValidationLoss.Measure(model, Batches(SampleSplit.Validation), cell.ValidationSamples, cell.Recipe.BatchSize);
        using var publication = new CheckpointPublication(folder);
        CheckpointFolder.Write(publication.Folder, model, new CheckpointMetadata
        {
            Definition = cell.Model,
            Tokenizer = cell.TrainingCase is IGeneratedCase ? CheckpointTokenizer.None : cell.Tokenizer?.NameInCheckpoint ?? "byte",
            Recipe = cell.Recipe,
            Seed = cell.Seed.Value,
            MaximumLength = cell.SequenceLength ?? ((IGeneratedCase)cell.TrainingCase).MaximumLength,
        });
        if (cell.Tokenizer is { IsFile: true } file)
        {
            File.Copy(file.NameOrPath, Path.Combine(publication.Folder, TrainingTokenizer.FileInCheckpoint));
        }

        BeforePublishing();
        publication.Publish();
        if (Directory.Exists(StateFolder))
        {
            Directory.Delete(StateFolder, recursive: true);
        }

        return (result, loss);
    }

    private ITokenBatchSource Batches(SampleSplit split) => cell.TrainingCase switch
    {
        IGeneratedCase generated => new GeneratedBatchSource(generated, split, cell.Seed!.Value, cell.Recipe.BatchSize),
        var text => new CorpusBatchSource(corpora.Tokens(text, corpora.Tokenizer(cell.Tokenizer)), split, cell.Seed!.Value, cell.Recipe.BatchSize, cell.SequenceLength!.Value),
    };

    private sealed class PointProgress(int steps, Action<double, string> progress) : IProgress<TrainingPoint>
    {
        private readonly List<(long Tokens, long Time)> seen = [];

        /// <summary>The first point is left out: it contains the first compilation.</summary>
        public double? TokensPerSecond => seen.Count < 3 ? null
            : (seen[^1].Tokens - seen[1].Tokens) / TimeProvider.System.GetElapsedTime(seen[1].Time, seen[^1].Time).TotalSeconds;

        public void Report(TrainingPoint value)
        {
            seen.Add((value.Tokens, TimeProvider.System.GetTimestamp()));
            progress((double)value.Step / steps, string.Create(CultureInfo.InvariantCulture, $"step {value.Step}/{steps}, loss {value.Loss:0.000}"));
        }
    }
}
