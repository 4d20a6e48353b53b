namespace LT2.Eval.Harness.Execution;

/// <summary>One generated text.</summary>
/// <param name="Text">What follows the prompt, up to a stop string.</param>
/// <param name="TokenCount">Tokens generated.</param>
/// <param name="EndedBy"><c>limit</c>, <c>stopString</c> or <c>endOfText</c>.</param>
/// <param name="MeanLoopCount">Loops a generated token ran, on average.</param>
public sealed record GeneratedContinuation(string Text, int TokenCount, string EndedBy, double MeanLoopCount);
