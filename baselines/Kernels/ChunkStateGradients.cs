using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>What the walk back through the chunks of a recurrence leaves for the gradients of queries, keys, decays and β.</summary>
/// <param name="Values">Gradients of the values, [B, L, HV, Dv] bfloat16.</param>
/// <param name="States">Of the states that leave each chunk, transposed [B HV N, Dv, Dk + padding] bfloat16.</param>
/// <param name="Initial">Of the initial state, [B, HV, Dk, Dv] float32; null where it is not wanted.</param>
/// <param name="Dots">dE·Y of each token over 16 value columns at a time, [B HV N, Dv / 16, 64] float32; null without a delta rule.</param>
/// <param name="Matrices">With a decay for each key channel, as the next two: gradients of the matrices [64, 64] of each chunk, bfloat16.</param>
/// <param name="Terms">Products with the states, tiles [64, Dk + padding] bfloat16.</param>
/// <param name="Sums">S·dS' of each key channel, [B HV N, Dk] float32.</param>
internal sealed record ChunkStateGradients(Tensor Values, Tensor States, Tensor? Initial, Tensor? Dots, Tensor? Matrices, Tensor? Terms, Tensor? Sums);
