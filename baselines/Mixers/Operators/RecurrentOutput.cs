using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>What a recurrent operator returns.</summary>
/// <param name="Output">The read-outs, <c>[B,T,H,Dv]</c>, in the dtype of v.</param>
/// <param name="FinalState">The state after the last token, <c>[B,H,Dk,Dv]</c>, in float32 (float64 for float64 inputs).</param>
public sealed record RecurrentOutput(Tensor Output, Tensor FinalState);
