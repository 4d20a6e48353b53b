using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>What a model answered to a text case after one loop count.</summary>
/// <param name="LoopCount">T′.</param>
/// <param name="Scores">In document order.</param>
/// <param name="Responses">The responses behind each score, in the order in which the case asks.</param>
public sealed record TextReadout(int LoopCount, IReadOnlyList<SampleScore> Scores, IReadOnlyList<IReadOnlyList<TextResponse>> Responses);
