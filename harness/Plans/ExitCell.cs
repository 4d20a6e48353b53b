using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>Decodes held-out text with early exit at several thresholds: quality, loops and latency of each. Latency counts, so it has the host to itself like every time cell.</summary>
/// <param name="checkpoint">The cell whose checkpoint decodes.</param>
/// <param name="testCase">Where the text comes from.</param>
/// <param name="thresholds">Cumulative exit probabilities.</param>
/// <param name="rows">Rows decoded together.</param>
/// <param name="length">Tokens a row; the first half is the prompt.</param>
/// <param name="testSetSeed">Seed of the order of the documents.</param>
/// <param name="dataHash">Hash of the data set.</param>
public sealed class ExitCell(
    CheckpointCell checkpoint, ITextCase testCase, IReadOnlyList<double> thresholds, int rows, int length, long testSetSeed, string? dataHash) : CellDefinition
{
    /// <inheritdoc />
    public override CellKind Kind => CellKind.Time;

    /// <inheritdoc />
    public override ModelDefinition Model => checkpoint.Model;

    /// <inheritdoc />
    public override string VariantId => checkpoint.VariantId;

    /// <inheritdoc />
    public override int? TrainedLoopCount => checkpoint.TrainedLoopCount;

    /// <inheritdoc />
    public override long? Seed => checkpoint.Seed;

    /// <inheritdoc />
    public override IReadOnlyList<CellDefinition> Parents => [checkpoint];

    /// <summary>The cell whose checkpoint decodes.</summary>
    public CheckpointCell Checkpoint => checkpoint;

    /// <summary>Where the text comes from.</summary>
    public ITextCase TestCase => testCase;

    /// <summary>Cumulative exit probabilities at which a token leaves.</summary>
    public IReadOnlyList<double> Thresholds => thresholds;

    /// <summary>Rows decoded together.</summary>
    public int Rows => rows;

    /// <summary>Tokens a row; the first half is the prompt.</summary>
    public int Length => length;

    /// <summary>Seed of the order of the documents.</summary>
    public long TestSetSeed => testSetSeed;

    /// <summary>Hash of the data set.</summary>
    public string? DataHash => dataHash;

    /// <inheritdoc />
    public override string Title => $"early exit of {VariantId} on {CaseText.Name(testCase)} at {thresholds.Count} thresholds, seed {Seed}";

    /// <inheritdoc />
    protected override JsonObject Describe() => new()
    {
        ["kind"] = "exit",
        ["parent"] = checkpoint.Id,
        ["case"] = CaseText.Describe(testCase),
        ["thresholds"] = new JsonArray([.. thresholds.Select(threshold => JsonValue.Create(threshold))]),
        ["rows"] = rows,
        ["length"] = length,
        ["testSetSeed"] = testSetSeed,
        ["dataHash"] = dataHash,
    };
}
