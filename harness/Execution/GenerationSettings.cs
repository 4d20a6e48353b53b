using LT2.Eval.Models.Decoding;

namespace LT2.Eval.Harness.Execution;

/// <summary>How text is generated.</summary>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="MaximumNewTokens">Most tokens a text may grow by.</param>
/// <param name="LoopCount">T′.</param>
/// <param name="StopStrings">A text ends before the first of these.</param>
/// <param name="ExitThreshold">Cumulative exit probability at which a token skips later loops; null runs all of them.</param>
/// <param name="WeightedLogits">Answers with the logits of all loops, weighted by exit probability.</param>
public sealed record GenerationSettings(
    SamplingOptions Sampling, int MaximumNewTokens, int LoopCount, IReadOnlyList<string> StopStrings, double? ExitThreshold, bool WeightedLogits = false);
