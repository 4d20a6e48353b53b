using System.Text.Json.Nodes;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>Scores interpolated n-gram models of orders 1 … k on the documents of a text case: what counting alone achieves there.</summary>
/// <param name="trainingCase">The case whose training documents are counted.</param>
/// <param name="testCase">The case.</param>
/// <param name="largestOrder">k.</param>
/// <param name="samples">Documents.</param>
/// <param name="testSetSeed">Seed of their choice.</param>
/// <param name="dataHash">Hash of the data set.</param>
public sealed class NGramCell(ICase trainingCase, ITextCase testCase, int largestOrder, int samples, long testSetSeed, string? dataHash) : CellDefinition
{
    /// <inheritdoc />
    public override CellKind Kind => CellKind.Score;

    /// <inheritdoc />
    public override string VariantId => "n-gram";

    /// <summary>The case whose training documents are counted.</summary>
    public ICase TrainingCase => trainingCase;

    /// <summary>The case.</summary>
    public ITextCase TestCase => testCase;

    /// <summary>k.</summary>
    public int LargestOrder => largestOrder;

    /// <summary>Documents.</summary>
    public int Samples => samples;

    /// <summary>Seed of their choice.</summary>
    public long TestSetSeed => testSetSeed;

    /// <summary>Hash of the data set.</summary>
    public string? DataHash => dataHash;

    /// <inheritdoc />
    public override string Title => $"score n-gram orders 1 to {largestOrder} on {CaseText.Name(testCase)}";

    /// <inheritdoc />
    protected override JsonObject Describe() => new()
    {
        ["kind"] = "n-gram",
        ["trainingCase"] = CaseText.Describe(trainingCase),
        ["case"] = CaseText.Describe(testCase),
        ["largestOrder"] = largestOrder,
        ["samples"] = samples,
        ["testSetSeed"] = testSetSeed,
        ["dataHash"] = dataHash,
    };
}
