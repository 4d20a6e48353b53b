namespace LT2.Eval.Harness.Plans;

/// <summary>Early exit that an experiment measures on its checkpoints, and on those converted from them.</summary>
/// <param name="Line">Line in the plan.</param>
/// <param name="Thresholds">Cumulative exit probabilities at which a token leaves; above 1 nobody leaves early.</param>
/// <param name="Rows">Rows decoded together.</param>
/// <param name="Length">Tokens a row; the first half is the prompt.</param>
public sealed record ExitDefinition(int Line, IReadOnlyList<double> Thresholds, int Rows, int? Length);
