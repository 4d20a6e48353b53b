namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>What answers a likelihood request, or one window of it.</summary>
/// <param name="RequestIndex">Which request.</param>
/// <param name="Order">Which window of the request, from 0.</param>
/// <param name="InputIds">What the model reads; at least one id.</param>
/// <param name="TargetIds">The ids scored: predicted at the last <c>TargetIds.Count</c> positions; at least one.</param>
public sealed record RequestWindow(int RequestIndex, int Order, IReadOnlyList<int> InputIds, IReadOnlyList<int> TargetIds);
