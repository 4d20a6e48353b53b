using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>What normalised linear attention returns.</summary>
/// <param name="Output">The read-outs, <c>[B,T,H,Dv]</c>, in the dtype of v.</param>
/// <param name="FinalState">The state after the last token, <c>[B,H,Dk,Dv]</c>.</param>
/// <param name="FinalKeySum">z after the last token, <c>[B,H,Dk]</c>.</param>
public sealed record NormalisedOutput(Tensor Output, Tensor FinalState, Tensor FinalKeySum);
