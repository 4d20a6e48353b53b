using static TorchSharp.torch;

namespace LT2.Eval.Harness.Execution;

/// <summary>Dtype names as plans and records write them.</summary>
public static class Dtypes
{
    /// <summary>Names that a plan may use.</summary>
    public static IReadOnlyList<string> Names { get; } = ["float32", "bfloat16", "float64"];

    /// <summary>The scalar type of a name.</summary>
    public static ScalarType Parse(string name) => name switch
    {
        "float32" => ScalarType.Float32,
        "bfloat16" => ScalarType.BFloat16,
        "float64" => ScalarType.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, $"The dtype is one of {string.Join(", ", Names)}."),
    };
}
