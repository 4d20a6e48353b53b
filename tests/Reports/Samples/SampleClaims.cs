using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Claims;

namespace LT2.Eval.Reports.Tests.Samples;

/// <summary>Claims about the made-up run: one of each verdict.</summary>
public static class SampleClaims
{
    /// <summary>The claims, judged by a run's records.</summary>
    /// <param name="run">The run.</param>
    /// <param name="text">Put before every text of a claim.</param>
    public static IReadOnlyList<ClaimFinding> Of(RunData run, string text = "")
    {
        var variants = (Gdn: text + "lt2-gdn@tiny", Full: text + "looped-full@tiny");
        ClaimTerm Parity(string variant, double weight) => new(
            weight, variant, "state-tracking", null, text.Length > 0 ? text : "accuracy", new Dictionary<string, string> { ["length"] = "256" }, 3, [], null, null, ClaimPick.Mean);
        ClaimDefinition Claim(string id, ClaimExpectation expectation, double margin, params ClaimTerm[] terms) =>
            new(text + id, text + "GDN generalises further than full attention.", text + "figure 9", expectation, margin, false, "1", terms);
        return ClaimEvaluation.Judge(
            [
                Claim("a", ClaimExpectation.Above, 0, Parity(variants.Gdn, 1), Parity(variants.Full, -1)),
                Claim("b", ClaimExpectation.Below, 0, Parity(variants.Gdn, 1), Parity(variants.Full, -1)),
                Claim("c", ClaimExpectation.Above, 0, Parity(variants.Gdn, 1), Parity("nothing@tiny", -1)),
            ],
            run.Metrics, run.Cells, run.TimingBlocks);
    }
}
