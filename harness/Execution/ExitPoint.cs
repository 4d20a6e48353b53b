namespace LT2.Eval.Harness.Execution;

/// <summary>Early exit at one threshold.</summary>
/// <param name="Threshold">Cumulative exit probability at which a token leaves; above 1 nobody leaves early.</param>
/// <param name="NatPerToken">Mean loss of the decoded tokens.</param>
/// <param name="MeanLoopCount">Loops a token ran, on average.</param>
/// <param name="MillisecondsPerStep">One step of the whole batch.</param>
/// <param name="Tokens">Tokens decoded.</param>
/// <param name="Steps">Steps of the whole batch.</param>
/// <param name="NatStandardError">Standard error of the loss over rows; null for one row.</param>
/// <param name="StepStandardError">Standard error of the time over stretches of steps; null for one stretch.</param>
public sealed record ExitPoint(
    double Threshold, double NatPerToken, double MeanLoopCount, double MillisecondsPerStep, long Tokens, int Steps, double? NatStandardError, double? StepStandardError);
