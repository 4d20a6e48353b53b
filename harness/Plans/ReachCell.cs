using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Plans;

/// <summary>Measures how far back a trained model's last position is reached after every tested loop count, by changing one token at a time.</summary>
/// <param name="candidates">Train cells that differ in learning rate alone, of which the best on validation is measured.</param>
/// <param name="length">Tokens a row.</param>
/// <param name="testSetSeed">Seed of the rows.</param>
/// <param name="testedLoopCounts">Every T′.</param>
public sealed class ReachCell(IReadOnlyList<CheckpointCell> candidates, int length, long testSetSeed, IReadOnlyList<int> testedLoopCounts) : CellDefinition
{
    /// <inheritdoc />
    public override CellKind Kind => CellKind.Score;

    /// <inheritdoc />
    public override ModelDefinition Model => candidates[0].Model;

    /// <inheritdoc />
    public override string VariantId => Model.VariantId;

    /// <inheritdoc />
    public override int? TrainedLoopCount => Model.LoopCount;

    /// <inheritdoc />
    public override IReadOnlyList<CellDefinition> Parents => candidates;

    /// <summary>Train cells that differ in learning rate alone.</summary>
    public IReadOnlyList<CheckpointCell> Candidates => candidates;

    /// <summary>Tokens a row.</summary>
    public int Length => length;

    /// <summary>Seed of the rows.</summary>
    public long TestSetSeed => testSetSeed;

    /// <summary>Every T′.</summary>
    public IReadOnlyList<int> TestedLoopCounts => testedLoopCounts;

    /// <inheritdoc />
    public override long? Seed => candidates[0].Seed;

    /// <inheritdoc />
    public override string Title => $"reach of {VariantId} T={TrainedLoopCount} over {length} tokens T'={string.Join(",", testedLoopCounts)} seed {Seed}";

    /// <inheritdoc />
    protected override JsonObject Describe() => new()
    {
        ["kind"] = "reach",
        ["parents"] = new JsonArray([.. candidates.Select(cell => JsonValue.Create(cell.Id))]),
        ["length"] = length,
        ["testSetSeed"] = testSetSeed,
        ["testedLoopCounts"] = new JsonArray([.. testedLoopCounts.Select(count => JsonValue.Create(count))]),
        ["version"] = 1,
    };
}
