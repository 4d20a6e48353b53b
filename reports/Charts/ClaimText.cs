using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Claims;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Charts;

/// <summary>Claims and their findings in words and tables.</summary>
internal static class ClaimText
{
    /// <summary>Word of a verdict.</summary>
    public static string Word(ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.Confirmed => "confirmed",
        ClaimVerdict.Refuted => "refuted",
        ClaimVerdict.Inconclusive => "inconclusive",
        _ => "not measured",
    };

    /// <summary>Mark of a verdict; a refutation is a finding, and marked only as the opposite of a confirmation.</summary>
    public static string Mark(ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.Confirmed => "good",
        ClaimVerdict.Refuted => "bad",
        ClaimVerdict.Inconclusive => "unsure",
        _ => "plain",
    };

    /// <summary>What is expected of the contrast.</summary>
    public static string Expected(ClaimDefinition claim) => claim.Expectation switch
    {
        ClaimExpectation.Above => $"above {Margin(claim)}",
        ClaimExpectation.Below => $"below {Margin(claim)}",
        _ => $"within ±{Margin(claim)}",
    };

    /// <summary>The contrast with its interval.</summary>
    public static string Effect(ClaimFinding finding) => finding.Interval is { } interval
        ? Quantity.WithInterval(finding.Effect, interval.Lower, interval.Upper, finding.Claim.Unit)
        : Quantity.WithUnit(finding.Effect, finding.Claim.Unit);

    /// <summary>Every claim on one line.</summary>
    public static ChartTable Summary(IReadOnlyList<ClaimFinding> findings) => new(
        "Claims of the plan",
        [new("Claim", IsLong: true), new("Verdict"), new("Contrast [95 % interval]", true), new("Expected", true), new("Repeats", true), new("Device time", true), new("Published", IsLong: true)],
        [
            .. findings.Select(finding => System.Collections.Immutable.ImmutableArray.Create(
                VisibleText.Of($"{finding.Claim.Id}: {finding.Claim.Statement}"), Word(finding.Verdict), Effect(finding), Expected(finding.Claim),
                Quantity.Count(finding.Repeats.Count), Quantity.Elapsed(finding.DeviceSeconds), VisibleText.Of(finding.Claim.Published ?? "–"))),
        ]);

    /// <summary>The values that a claim adds up, with the size and cost of each model.</summary>
    /// <param name="finding">The claim.</param>
    /// <param name="metrics">Metrics of the run; parameters and FLOPs are among them where the model was trained or timed.</param>
    /// <param name="cells">Cells of the run, whose definitions say the length of a row of text.</param>
    public static ChartTable Terms(ClaimFinding finding, IReadOnlyList<MetricRecord> metrics, IReadOnlyList<CellRecord> cells)
    {
        var costs = ClaimCosts.Of(finding.Claim, metrics, cells);
        var lengths = costs.Where(cost => cost.FlopsPerToken is not null).Select(cost => cost.Length).Distinct().ToArray();
        return new(
            finding.Claim.IsLogarithmic ? "Values whose weighted logarithms are added" : "Values that are weighted and added",
            [
                new("Weight", true), new("Value of"), new("Mean over repeats", true), new("Parameters", true),
                new(lengths is [var one] ? $"FLOP a token at T, {one}" : "FLOP a token at T", true),
            ],
            [
                .. finding.Claim.Terms.Zip(finding.TermMeans, costs).Select(row => System.Collections.Immutable.ImmutableArray.Create(
                    Quantity.Signed(row.First.Weight), VisibleText.Of(ClaimEvaluation.Name(row.First)), Quantity.Number(double.IsNaN(row.Second) ? null : row.Second),
                    Quantity.Number(row.Third.Parameters),
                    Quantity.Number(row.Third.FlopsPerToken) + (row.Third.FlopsPerToken is null || lengths.Length == 1 ? "" : $", {row.Third.Length}"))),
            ]);
    }

    /// <summary>The contrast of every repeat.</summary>
    public static ChartTable Repeats(ClaimFinding finding) => new(
        finding.Claim.Terms.Any(term => term.Phase is not null) ? "The contrast of each timing process" : "The contrast of each training seed",
        [.. finding.Repeats.Select(repeat => new ChartColumn(Quantity.Count(repeat.Number), true))],
        finding.Repeats.Count == 0 ? [] : [[.. finding.Repeats.Select(repeat => Quantity.Signed(repeat.Value))]]);

    private static string Margin(ClaimDefinition claim) => claim.Margin == 0 ? "0" : Quantity.WithUnit(claim.Margin, claim.Unit);
}
