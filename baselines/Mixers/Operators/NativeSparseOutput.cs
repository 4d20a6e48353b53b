using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>What native sparse attention returns: the gated sum, its three branches, and the selection.</summary>
/// <param name="Output"><c>[B,Tq,HQ,Dv]</c>.</param>
/// <param name="Compressed">Branch 1, <c>[B,Tq,HQ,Dv]</c>, before its gate.</param>
/// <param name="Selected">Branch 2, before its gate.</param>
/// <param name="Windowed">Branch 3, before its gate.</param>
/// <param name="BlockMask">Chosen blocks, <c>[B,Tq,H,NB]</c>, bool.</param>
/// <param name="BlockIndices">The same as indices, ascending, −1 in unused slots, <c>[B,Tq,H,n]</c>, int64.</param>
/// <param name="BlockScore">Mean compression probability over the query heads of a group, <c>[B,Tq,H,NB]</c>.</param>
public sealed record NativeSparseOutput(
    Tensor Output, Tensor Compressed, Tensor Selected, Tensor Windowed, Tensor BlockMask, Tensor BlockIndices, Tensor BlockScore);
