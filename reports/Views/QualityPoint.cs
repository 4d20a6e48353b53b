using System.Collections.Immutable;
using LT2.Eval.Reports.Text;

namespace LT2.Eval.Reports.Views;

/// <summary>Quality of one variant at one pair of loop counts, over its training seeds.</summary>
/// <param name="Line">The line of the chart it belongs to: the variant, and its recipe where a variant has several.</param>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="TrainedLoopCount">T.</param>
/// <param name="TestedLoopCount">T′.</param>
/// <param name="Mean">Mean over seeds with its interval (over seeds from three seeds on, else the pooled sampling interval).</param>
/// <param name="Seeds">Each seed.</param>
public sealed record QualityPoint(
    string Line, string VariantId, int TrainedLoopCount, int TestedLoopCount, Estimate Mean, ImmutableArray<SeedEstimate> Seeds)
{
    /// <summary>Training seeds that the mean is not of: their value was measured and failed, as of a stage that was not passed, or their curriculum did not get so far.</summary>
    public int FailedSeeds { get; init; }

    /// <summary><c> (2 of 3 seeds)</c> where values failed, else empty.</summary>
    public string SeedNote => FailedSeeds == 0 ? "" : $" ({Quantity.Count(Seeds.Length)} of {Quantity.Count(Seeds.Length + FailedSeeds, "seed")})";

    /// <summary>The mean with its interval, and of how many seeds it is where values failed.</summary>
    /// <param name="unit">Unit of the case.</param>
    public string Text(string unit) => Quantity.WithInterval(Mean.Value, Mean.Low, Mean.High, unit) + SeedNote;
}
