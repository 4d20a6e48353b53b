namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>One sequence that the model reads once, with every window that is answered from it: choices of one token differ in their targets alone.</summary>
/// <param name="InputIds">What the model reads.</param>
/// <param name="Windows">At least one; all have these inputs.</param>
public sealed record WindowRow(IReadOnlyList<int> InputIds, IReadOnlyList<RequestWindow> Windows);
