namespace LT2.Eval.Results.Statistics;

/// <summary>A step in a series.</summary>
/// <param name="Index">First value of the new level.</param>
/// <param name="Before">Mean of the segment before.</param>
/// <param name="After">Mean of the segment after.</param>
/// <param name="PValue">Welch's p-value between the two segments, corrected for the choice of the place.</param>
public sealed record ChangePoint(int Index, double Before, double After, double PValue);
