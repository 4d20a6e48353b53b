namespace LT2.Eval.Models.Training;

/// <summary>The state of training at one step.</summary>
/// <param name="Step">From 1: after so many steps.</param>
/// <param name="Tokens">Tokens read so far.</param>
/// <param name="Loss">Training loss of this step's batch, natural logarithm, without auxiliary losses.</param>
/// <param name="GradientNorm">Global norm before clipping.</param>
/// <param name="LearningRate">Rate of this step.</param>
/// <param name="ResidualRmsByLoop">Root mean square of the residual stream after each loop.</param>
public sealed record TrainingPoint(int Step, long Tokens, double Loss, double GradientNorm, double LearningRate, IReadOnlyList<double> ResidualRmsByLoop);
