using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>What every chunk of a recurrence needs before the state is known.</summary>
/// <param name="Queries">[B H N, 64, Dk + padding] bfloat16: laid out as the kernels have them in shared memory, so that one copy moves a tile.</param>
/// <param name="Keys">The same of the keys.</param>
/// <param name="Inverse">Z = (I + stril(K Kᵀ ⊙ decay) diag(β))⁻¹, [B HV N, 64, 64 + padding] bfloat16, lower 16 × 16 tiles only; null without a delta rule.</param>
/// <param name="Attention">scale · tril(Q Kᵀ ⊙ decay), the same shape.</param>
/// <param name="Rows">Factors of each token, [B HV N, 4, 64] float32.</param>
internal sealed record ChunkMatrices(Tensor Queries, Tensor Keys, Tensor? Inverse, Tensor Attention, Tensor Rows);
