namespace LT2.Eval.Harness.Gating;

/// <summary>Two builds that can be measured side by side here.</summary>
/// <param name="BaselineBuild">Build of the baseline program; null where its files do not say, so that its pairs are not kept.</param>
/// <param name="CandidateBuild">Build of this program.</param>
/// <param name="Pairs">Measures both.</param>
/// <param name="MeasuresAgain">Kept pairs do not count: everything is measured again.</param>
internal sealed record BuildBench(string? BaselineBuild, string CandidateBuild, InterleavedPairs Pairs, bool MeasuresAgain);
