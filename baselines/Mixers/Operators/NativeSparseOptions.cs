namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>The sizes of native sparse attention.</summary>
/// <param name="BlockSize">Tokens a block, ℓ.</param>
/// <param name="BlockCount">Blocks selected for each query and KV head, n; at least 3, for the first block, the previous and the own one are always among them.</param>
/// <param name="Window">Tokens of the window branch, the query's own included.</param>
public sealed record NativeSparseOptions(long BlockSize = 64, long BlockCount = 16, long Window = 512);
