using System.Globalization;
using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Conversion.Distillation;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Execution;

/// <summary>Converts one checkpoint and leaves another; the same for a cell of a plan and for <c>lt2 convert</c>.</summary>
/// <param name="settings">What is converted, how, on which text.</param>
/// <param name="device">Where.</param>
/// <param name="corpora">Training texts.</param>
/// <param name="folder">The student's checkpoint folder.</param>
/// <param name="progress">Receives the share done and a short text.</param>
public sealed class ConversionJob(ConversionSettings settings, ComputeDevice device, CorpusCache corpora, string folder, Action<double, string> progress)
{
    private static readonly string[] StageNames = ["probe", "alignment", "distillation", "longContext", "exitGate"];

    private const int DefaultValidationLength = 512;

    private ITokenizer? tokenizer;

    private string StateFolder => folder + ".partial";

    /// <summary>Called before the checkpoint appears; may throw where another attempt owns it by now.</summary>
    public Action BeforePublishing { get; init; } = static () => { };

    /// <summary>Whether an earlier attempt left a state to go on from.</summary>
    public bool HasEarlierState => Directory.Exists(StateFolder);

    /// <summary>Converts; on success the checkpoint folder is there and the validation loss measured.</summary>
    /// <returns>How it went, and the student's validation loss in nat/token (null unless finished).</returns>
    public (ConversionResult Result, double? ValidationLoss) Run(CancellationToken cancellation)
    {
        var metadata = CheckpointFolder.ReadMetadata(settings.TeacherFolder);
        using var teacher = CheckpointFolder.Load(settings.TeacherFolder, device, Dtypes.Use(settings.Dtype, device));
        tokenizer = settings.TrainingCase is ITextCase ? CheckpointTokenizer.Open(settings.TeacherFolder, metadata, corpora.Data) : null;
        var total = Math.Max(1, settings.Recipe.TotalTokens);
        var before = 0L;
        var running = "";
        var result = new ModelConverter(teacher, settings.Recipe, Batches, new ConversionOptions
        {
            VariantId = settings.VariantId,
            Seed = settings.Seed,
            StateFolder = StateFolder,
            TeacherCacheFolder = settings.TeacherCacheFolder,
            DataIdentity = $"{metadata.Hashes["weights"]} {CaseText.Describe(settings.TrainingCase).ToJsonString()} {settings.DataHash}",
            CancellationToken = cancellation,
            Progress = (stage, steps, point) =>
            {
                before = stage == running ? before : BudgetBefore(stage);
                running = stage;
                progress((double)(before + point.Tokens) / total, string.Create(CultureInfo.InvariantCulture, $"{stage} step {point.Step}/{steps}, loss {point.Loss:0.0000}"));
            },
        }).Convert();
        cancellation.ThrowIfCancellationRequested();
        if (result.Outcome != TrainingOutcome.Finished)
        {
            return (result, null);
        }

        using var student = result.Student!;
        var length = Math.Max(metadata.MaximumLength, settings.Recipe.LongestSequence);
        var rows = Math.Min(16, settings.ValidationSamples);
        var tokens = Math.Min(metadata.MaximumLength, settings.Recipe.Distillation?.SequenceLength ?? DefaultValidationLength);
        var loss = ValidationLoss.Measure(student, Source(SampleSplit.Validation, settings.Seed, rows, tokens), settings.ValidationSamples, rows);
        using var publication = new CheckpointPublication(folder);
        CheckpointFolder.Write(publication.Folder, student, new CheckpointMetadata
        {
            Definition = student.Definition,
            Tokenizer = metadata.Tokenizer,
            SpecialTokenIds = metadata.SpecialTokenIds,
            MaximumLength = length,
            Seed = settings.Seed,
            Hashes = new Dictionary<string, string> { ["teacher"] = metadata.Hashes["weights"] },
            Origin = $"{metadata.Definition.VariantId}, converted by {settings.Recipe.Name}",
        });
        if (metadata.Tokenizer is not ("byte" or CheckpointTokenizer.None) && File.Exists(Path.Combine(settings.TeacherFolder, metadata.Tokenizer)))
        {
            File.Copy(Path.Combine(settings.TeacherFolder, metadata.Tokenizer), Path.Combine(publication.Folder, metadata.Tokenizer), overwrite: true);
        }

        BeforePublishing();
        publication.Publish();
        if (Directory.Exists(StateFolder))
        {
            Directory.Delete(StateFolder, recursive: true);
        }

        return (result with { Student = null }, loss);
    }

    private long BudgetBefore(string stage) => settings.Recipe.Stages.TakeWhile(pair => pair.Name != stage).Sum(pair => pair.Stage.Tokens);

    // Each stage reads other rows than the teacher's training and the stages before it.
    private ITokenBatchSource Batches(string stage, ConversionStage budget, bool validation) => Source(
        validation ? SampleSplit.Validation : SampleSplit.Train,
        (settings.Seed * 1000) + Array.IndexOf(StageNames, stage) + 1,
        budget.BatchSize,
        budget.SequenceLength);

    private ITokenBatchSource Source(SampleSplit split, long seed, int batchSize, int sequenceLength) => settings.TrainingCase switch
    {
        IGeneratedCase generated => new GeneratedBatchSource(generated, split, seed, batchSize),
        var text => new CorpusBatchSource(corpora.Tokens(text, tokenizer), split, seed, batchSize, sequenceLength),
    };
}
