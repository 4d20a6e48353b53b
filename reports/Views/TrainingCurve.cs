using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>One training with its logged steps.</summary>
/// <param name="Cell">Its cell.</param>
/// <param name="Points">Its logged steps, thinned, by step; at least one.</param>
/// <param name="LearningRate">Largest learning rate of its recipe, or of the trial that was chosen for it; null where neither is known.</param>
/// <param name="Steps">Optimiser steps of its recipe; null where the recipe has no single number of them.</param>
/// <param name="IsTrial">A training that a learning-rate sweep tried; the model that was scored is another.</param>
/// <param name="IsOfSweep">A sweep chose its learning rate.</param>
public sealed record TrainingCurve(
    CellRecord Cell, ImmutableArray<TrainingPointRecord> Points, double? LearningRate, int? Steps, bool IsTrial, bool IsOfSweep);
