namespace LT2.Eval.Models.Kernels;

/// <summary>What one step did.</summary>
/// <param name="FinishedSteps">Steps that changed the weights.</param>
/// <param name="GradientNorm">Global norm before clipping.</param>
/// <param name="LearningRate">The step's rate.</param>
/// <param name="SkippedSteps">Steps left out since their gradient was not finite.</param>
public sealed record FusedAdamWStatus(long FinishedSteps, double GradientNorm, double LearningRate, int SkippedSteps);
