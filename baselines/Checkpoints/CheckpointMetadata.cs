using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Checkpoints;

/// <summary>What a checkpoint says of itself beside its weights.</summary>
public sealed record CheckpointMetadata
{
    /// <summary>The model. Its loop count is the trained one.</summary>
    public required ModelDefinition Definition { get; init; }

    /// <summary><c>byte</c>, or the name of a tokenizer file in the folder, or a suite's own vocabulary.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>Role → id, such as <c>endOfText</c>.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokenIds { get; init; } = new Dictionary<string, int>();

    /// <summary>Longest sequence it was trained on, or made for.</summary>
    public required int MaximumLength { get; init; }

    /// <summary>How it was trained; null for imported ones.</summary>
    public TrainingRecipe? Recipe { get; init; }

    /// <summary>Seed of first values and training order; null for imported ones.</summary>
    public long? Seed { get; init; }

    /// <summary>Steps behind the weights.</summary>
    public int StepsDone { get; init; }

    /// <summary>Version of the training code; 0 for imported ones.</summary>
    public int TrainingCodeVersion { get; init; } = TrainingCode.Version;

    /// <summary>What → SHA-256 in hexadecimal: the writer adds <c>weights</c>; callers add data, vocabulary and so on.</summary>
    public IReadOnlyDictionary<string, string> Hashes { get; init; } = new Dictionary<string, string>();

    /// <summary>Free words: where an imported checkpoint came from.</summary>
    public string Origin { get; init; } = "";

    /// <summary>T, the loop count it was trained with.</summary>
    public int TrainedLoopCount => Definition.LoopCount;
}
