using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion;

/// <summary>Makes a parameter from a stored tensor of another shape.</summary>
/// <param name="StoredShape">The shape that the stored tensor must have.</param>
/// <param name="Make">The parameter's values.</param>
internal sealed record TensorAdaption(IReadOnlyList<long> StoredShape, Func<Tensor, Tensor> Make);
