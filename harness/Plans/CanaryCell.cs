using System.Text.Json.Nodes;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Plans;

/// <summary>Measures the canary: a fixed workload without project code, first, in the middle and last among the time cells.</summary>
/// <param name="position"><c>first</c>, <c>middle</c> or <c>last</c>.</param>
public sealed class CanaryCell(string position) : CellDefinition
{
    /// <summary>Raised whenever the workload changes, so that its history starts anew.</summary>
    public const int WorkloadVersion = 1;

    /// <inheritdoc />
    public override CellKind Kind => CellKind.Time;

    /// <inheritdoc />
    public override string VariantId => CanarySeries.TaskId;

    /// <summary>When it is measured.</summary>
    public string Position => position;

    /// <inheritdoc />
    public override string Title => $"time canary (matrix product and copy of libtorch), {position}";

    /// <summary>Puts canaries around time cells; nothing where there are none, and no middle between less than two.</summary>
    public static IReadOnlyList<CellDefinition> Around(IReadOnlyList<CellDefinition> cells)
    {
        var times = cells.Where(cell => cell.Kind == CellKind.Time).ToList();
        if (times.Count == 0)
        {
            return cells;
        }

        var half = times.Count / 2;
        return
        [
            .. cells.Where(cell => cell.Kind != CellKind.Time),
            new CanaryCell("first"),
            .. times.Take(half),
            .. half > 0 ? [new CanaryCell("middle")] : Array.Empty<CellDefinition>(),
            .. times.Skip(half),
            new CanaryCell("last"),
        ];
    }

    /// <inheritdoc />
    protected override JsonObject Describe() => new() { ["kind"] = "canary", ["position"] = position, ["version"] = WorkloadVersion };
}
