namespace LT2.Eval.Harness.Timing.Operators;

/// <summary>The sizes an operator is timed at.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Length">Tokens.</param>
/// <param name="KeyHeads">Heads of queries and keys.</param>
/// <param name="ValueHeads">Heads of values, a multiple of the key heads.</param>
/// <param name="KeyWidth">Dk.</param>
/// <param name="ValueWidth">Dv.</param>
public sealed record OperatorShape(int Batch, int Length, int KeyHeads, int ValueHeads, int KeyWidth, int ValueWidth);
