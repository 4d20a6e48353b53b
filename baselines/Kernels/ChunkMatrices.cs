using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>What every chunk of a recurrence needs before the state is known.</summary>
/// <param name="Queries">[B H N, 64, Dk + padding] bfloat16: laid out as the kernels have them in shared memory, so that one copy moves a tile. Null where nobody needs them
/// beside the inputs.</param>
/// <param name="Keys">The same of the keys; null also where the keys are only written (a decay for each key channel, no delta rule).</param>
/// <param name="Kept">With a decay for each key channel: keys decayed until the end of the chunk, as the state takes them; <paramref name="Queries"/> and <paramref name="Keys"/>
/// are then decayed from its start, and there is a tile for each value head.</param>
/// <param name="Inverse">Z = (I + stril(K Kᵀ ⊙ decay) diag(β))⁻¹, [B HV N, 64, 64 + padding] bfloat16; null without a delta rule.</param>
/// <param name="Attention">scale · tril(Q Kᵀ ⊙ decay), the same shape.</param>
/// <param name="Factors">β and decays, [B HV N, <see cref="ChunkShape.FactorCount"/>] float32.</param>
internal sealed record ChunkMatrices(Tensor? Queries, Tensor? Keys, Tensor? Kept, Tensor? Inverse, Tensor Attention, Tensor Factors);
