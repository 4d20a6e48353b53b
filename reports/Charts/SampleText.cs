using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Charts;

/// <summary>What a page of samples says about itself: how many there are, in which order, and how they make up the case's score.</summary>
internal static class SampleText
{
    /// <summary>How many samples of how many, and in which order.</summary>
    /// <param name="set">The samples.</param>
    /// <param name="hasReference">Whether there is a reference run to flip against.</param>
    public static string Order(SampleSet set, bool hasReference)
    {
        var count = set.ScoredCount > set.Rows.Length
            ? $"{Quantity.Count(set.Rows.Length)} of the {Quantity.Count(set.ScoredCount)} samples that were scored are listed; the store keeps no more of them. "
            : $"All {Quantity.Count(set.Rows.Length, "sample")} of the case are listed, 100 at a time. ";
        if (!set.IsRightOrWrong)
        {
            return count + "They stand in the order of their ids.";
        }
        return count
            + (hasReference ? "Flips against the reference run come first" : "There is no reference run, so there are no flips; first come samples")
            + (hasReference ? ", then samples whose answer" : " whose answer")
            + $" turns right or wrong with the loop count, then those wrong at T′ = {Quantity.Count(set.CountedLoopCount)}, then the others. The first rows are the hard ones"
            + (set.CountedScore is { Estimate: var score } ? $", and not typical of the score of {Quantity.WithUnit(score.Value, set.Case.Unit)}." : ".");
    }

    /// <summary>What the marks of an answer mean.</summary>
    /// <param name="set">The samples.</param>
    public static string Marks(SampleSet set) => !set.IsRightOrWrong
        ? "The number before an answer is the sample's own score."
        : set.Case.Kind == MetricKind.Binary
            ? "✓ right, ✗ wrong."
            : "✓ every part of the answer is right; ◐ some are, and the number is their share of this one sample; ✗ none is.";

    /// <summary>Which texts of the samples were not kept; empty where all kinds of them were.</summary>
    /// <param name="set">The samples.</param>
    public static string Texts(SampleSet set) => (set.HasExpected, set.HasAnswers) switch
    {
        (true, true) => "",
        (false, false) => "No texts of these samples were kept, neither expected nor given answers: the scores alone are listed.",
        (false, true) => "No expected answers of these samples were kept.",
        (true, false) => "No given answers of these samples were kept: their scores alone are listed.",
    };

    /// <summary>Where the score of the whole case comes from.</summary>
    /// <param name="set">The samples.</param>
    public static string Source(SampleSet set)
    {
        var sums = set.Case.IsShare ? "what is right over what was asked" : "their scores over their weights";
        return $"The score is {(set.Case.Transform == MetricTransform.ExponentialOfRatio ? "the exponential of " : "")}{sums}, each summed over all {Quantity.Count(set.ScoredCount, "sample")} of the case"
            + (set.IsRightOrWrong ? ": no single row below has to equal it." : ".");
    }

    /// <summary>Score of the case at each tested loop count, beside how many samples are wholly right.</summary>
    /// <param name="set">The samples.</param>
    public static ChartTable Scores(SampleSet set) => new(
        $"Score of the case at each tested loop count, {Quantity.Count(set.ScoredCount, "sample")}",
        [
            new("T′"), new($"{CaseNames.Metric(set.Case.Metric)} [95 % interval]", true),
            .. set.IsRightOrWrong ? new ChartColumn[] { new("Wholly right", true), new("Partly", true), new("Not at all", true) } : [],
        ],
        [
            .. set.LoopCounts.Select((loops, index) => ImmutableArray.CreateRange(
            [
                Quantity.Count(loops) + (loops == set.TrainedLoopCount ? " (as trained)" : ""),
                set.CaseScores[index] is { Estimate: var score } ? Quantity.WithInterval(score.Value, score.Low, score.High, set.Case.Unit) : "–",
                .. set.IsRightOrWrong ? Counts(set, index) : [],
            ])),
        ]);

    private static string[] Counts(SampleSet set, int loop)
    {
        var (right, none) = (set.RightAt(loop), set.Rows.Count(row => row.Scores[loop].Score is 0));
        return [Quantity.Count(right), Quantity.Count(set.Rows.Count(row => row.Scores[loop].Score is not null) - right - none), Quantity.Count(none)];
    }
}
