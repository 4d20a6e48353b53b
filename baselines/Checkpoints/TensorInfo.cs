using static TorchSharp.torch;

namespace LT2.Eval.Models.Checkpoints;

/// <summary>A tensor as a safetensors header describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Shape; empty for a scalar.</param>
/// <param name="File">The file that holds it.</param>
/// <param name="Start">First byte in that file.</param>
/// <param name="ByteCount">Bytes.</param>
public sealed record TensorInfo(string Name, ScalarType Type, IReadOnlyList<long> Shape, string File, long Start, long ByteCount);
