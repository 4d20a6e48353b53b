namespace LT2.Eval.Results.Gating.Simulation;

/// <summary>What the gate did in months without any change.</summary>
/// <param name="FalseBlocksPerMonth">Blocking findings per 30 nights.</param>
/// <param name="MostInOneMonth">Largest number in one month.</param>
/// <param name="ConfirmationsPerNight">Suspects that were measured again, a night.</param>
public sealed record QuietNights(double FalseBlocksPerMonth, int MostInOneMonth, double ConfirmationsPerNight);
