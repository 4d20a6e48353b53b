using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>What an objective reports of one batch.</summary>
/// <param name="Loss">A scalar without gradient, the loss without auxiliary terms.</param>
/// <param name="ResidualRmsByLoop">Root mean square of the residual stream after each loop; empty unless asked for.</param>
public sealed record ObjectiveValue(Tensor Loss, IReadOnlyList<double> ResidualRmsByLoop);
