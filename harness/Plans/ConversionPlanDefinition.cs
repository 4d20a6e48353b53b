namespace LT2.Eval.Harness.Plans;

/// <summary>A trained model of an experiment, converted with each seed and scored on that experiment's tests.</summary>
/// <param name="Name">Name within the plan, and of the student.</param>
/// <param name="Line">Line in the plan, for messages.</param>
/// <param name="Experiment">The experiment that trains the teacher.</param>
/// <param name="Teacher">The teacher's variant id.</param>
/// <param name="Recipe">A shipped conversion recipe's name, or a path, relative to the plan's folder.</param>
/// <param name="WithoutAlignment">Leaves stage 1 out and gives its tokens to stage 2.</param>
/// <param name="Layers">Another choice of layers than the recipe's; null for that one.</param>
public sealed record ConversionPlanDefinition(string Name, int Line, string Experiment, string Teacher, string Recipe, bool WithoutAlignment, string? Layers);
