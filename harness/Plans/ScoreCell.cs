using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>Scores a checkpoint on a case, read out after several loop counts in one pass.</summary>
/// <param name="candidates">Train cells that differ in learning rate alone, of which the best on validation is scored, or one converted or given checkpoint.</param>
/// <param name="testCase">The case.</param>
/// <param name="samples">Samples or documents.</param>
/// <param name="testSetSeed">Seed of the test samples.</param>
/// <param name="testedLoopCounts">Every T′.</param>
/// <param name="batchSize">Sequences in a batch.</param>
/// <param name="dataHash">Hash of the data set; null for generated cases.</param>
public sealed class ScoreCell(
    IReadOnlyList<ICheckpointSource> candidates,
    ICase testCase,
    int samples,
    long testSetSeed,
    IReadOnlyList<int> testedLoopCounts,
    int batchSize,
    string? dataHash) : CellDefinition
{
    /// <inheritdoc />
    public override CellKind Kind => CellKind.Score;

    /// <inheritdoc />
    public override ModelDefinition Model => candidates[0].Model!;

    /// <inheritdoc />
    public override string VariantId => Model.VariantId;

    /// <inheritdoc />
    public override int? TrainedLoopCount => Model.LoopCount;

    /// <inheritdoc />
    public override IReadOnlyList<CellDefinition> Parents => [.. candidates.OfType<CellDefinition>()];

    /// <summary>Train cells that differ in learning rate alone, or one convert cell or given checkpoint.</summary>
    public IReadOnlyList<ICheckpointSource> Candidates => candidates;

    /// <summary>The case.</summary>
    public ICase TestCase => testCase;

    /// <summary>Samples or documents.</summary>
    public int Samples => samples;

    /// <summary>Seed of the test samples.</summary>
    public long TestSetSeed => testSetSeed;

    /// <summary>Every T′.</summary>
    public IReadOnlyList<int> TestedLoopCounts => testedLoopCounts;

    /// <summary>Sequences in a batch.</summary>
    public int BatchSize => batchSize;

    /// <summary>Hash of the data set.</summary>
    public string? DataHash => dataHash;

    /// <inheritdoc />
    public override long? Seed => candidates[0].Seed;

    /// <inheritdoc />
    public override string Title =>
        $"score {Model.VariantId} T={Model.LoopCount} on {CaseText.Name(testCase)} T'={string.Join(",", testedLoopCounts)} seed {Seed}";

    /// <inheritdoc />
    protected override JsonObject Describe() => new()
    {
        ["kind"] = "score",
        ["parents"] = new JsonArray([.. candidates.Select(cell => JsonValue.Create(cell.Id))]),
        ["case"] = CaseText.Describe(testCase),
        ["samples"] = samples,
        ["testSetSeed"] = testSetSeed,
        ["testedLoopCounts"] = new JsonArray([.. testedLoopCounts.Select(count => JsonValue.Create(count))]),
        ["batchSize"] = batchSize,
        ["dataHash"] = dataHash,
    };
}
