using static TorchSharp.torch;

namespace LT2.Eval.Models.Checkpoints;

/// <summary>A tensor that is about to be written, made only when its turn comes, so that a whole model never has to lie in memory.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Element type in the file.</param>
/// <param name="Shape">Shape in the file.</param>
/// <param name="Load">Makes it, on any device; it is disposed of once written.</param>
public sealed record TensorSource(string Name, ScalarType Type, IReadOnlyList<long> Shape, Func<Tensor> Load);
