using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Which trainings of a run only tried a learning rate, and which rate was chosen from them.</summary>
internal sealed class TrainingSweeps
{
    private readonly Dictionary<string, CellRecipe> recipes;
    private readonly HashSet<string> trials;
    private readonly HashSet<string> scored;

    /// <summary>Reads the definitions of a run's cells.</summary>
    /// <param name="cells">Cells of one run.</param>
    public TrainingSweeps(IReadOnlyList<CellRecord> cells)
    {
        recipes = cells.ToDictionary(cell => cell.CellId, cell => CellRecipe.Of(cell.DefinitionJson), StringComparer.Ordinal);
        var weights = cells.Where(cell => cell.Kind != CellKind.Score).ToDictionary(cell => cell.CellId, cell => cell.CheckpointHash, StringComparer.Ordinal);
        // A score cell records the weights it used: they tell which of its candidates was chosen.
        var candidates = cells.Where(cell => cell is { Kind: CellKind.Score, CheckpointHash: not null })
            .Select(score => recipes[score.CellId].Candidates.ToLookup(id => weights.GetValueOrDefault(id) == score.CheckpointHash))
            .Where(byUse => byUse.Contains(true)).ToArray();
        scored = candidates.SelectMany(byUse => byUse[true]).ToHashSet(StringComparer.Ordinal);
        trials = recipes.Values.SelectMany(recipe => recipe.Trials).Concat(candidates.SelectMany(byUse => byUse[false])).Except(scored).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Parameters of the case that a training is on, <c>name=value;name=value</c>.</summary>
    /// <param name="cell">The training.</param>
    public string CaseParameters(CellRecord cell) => recipes[cell.CellId].CaseParameters;

    /// <summary>Whether a score cell used the weights of a training.</summary>
    /// <param name="cell">The training.</param>
    public bool IsScored(CellRecord cell) => scored.Contains(cell.CellId);

    /// <summary>A training with what its recipe says.</summary>
    /// <param name="cell">The training.</param>
    /// <param name="points">All of its logged steps, by step.</param>
    /// <param name="drawn">Those of them that are drawn.</param>
    public TrainingCurve Curve(CellRecord cell, ImmutableArray<TrainingPointRecord> points, ImmutableArray<TrainingPointRecord> drawn)
    {
        var recipe = recipes[cell.CellId];
        return new TrainingCurve(cell, drawn, recipe.LearningRate ?? Chosen(recipe, points), recipe.Steps, trials.Contains(cell.CellId), !recipe.Trials.IsEmpty);
    }

    // Records keep the planned cell, without the rate: the largest rate that was logged lies just below the one of the trial that was chosen.
    private double? Chosen(CellRecipe recipe, ImmutableArray<TrainingPointRecord> points)
    {
        var largest = points.Max(point => point.LearningRate);
        return recipe.Trials.Select(id => recipes.GetValueOrDefault(id)?.LearningRate).Where(rate => rate > 0).MinBy(rate => Math.Abs(Math.Log(rate!.Value / largest)));
    }
}
