using System.Globalization;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>How one stage of a curriculum went.</summary>
/// <param name="Size">The stage's size.</param>
/// <param name="Steps">Training steps it took.</param>
/// <param name="Value">The promotion metric at the end, on the validation set.</param>
/// <param name="Slices">The same for each slice.</param>
/// <param name="Passed">Every threshold was reached.</param>
/// <param name="Trouble">Divergence or out of memory; null otherwise.</param>
/// <param name="Reason">Why, with <paramref name="Trouble"/>.</param>
internal sealed record StageResult(
    int Size, int Steps, double Value, IReadOnlyDictionary<string, double> Slices, bool Passed, CellOutcome? Trouble, string? Reason)
{
    /// <summary>One line for the run's events.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Size {Size}: {(Passed ? "passed" : Trouble is null ? "not passed" : Trouble.ToString()!.ToLowerInvariant())} after {Steps} steps at {Value:0.000}{string.Concat(Slices.Select(pair => string.Create(CultureInfo.InvariantCulture, $", {pair.Key} {pair.Value:0.000}")))}.");
}
