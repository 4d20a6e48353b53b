using LT2.Eval.Models;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Compute dtypes as plans and records write them. <c>bfloat16</c> is mixed precision: weights and activations are bfloat16, training updates a float32 copy of the
/// weights and keeps float32 optimiser states. <c>tfloat32</c> is float32 whose products on CUDA round their inputs to TF32.
/// </summary>
public static class Dtypes
{
    /// <summary>Names that a plan or a verb may use.</summary>
    public static IReadOnlyList<string> Names { get; } = ["float32", "tfloat32", "bfloat16", "float64"];

    /// <summary>Sets the process to a dtype's product precision and gives its element type.</summary>
    /// <exception cref="ModelException">An unknown name, or TF32 where there is none.</exception>
    public static ScalarType Use(string name, ComputeDevice device)
    {
        var type = name switch
        {
            "float32" or "tfloat32" => ScalarType.Float32,
            "bfloat16" => ScalarType.BFloat16,
            "float64" => ScalarType.Float64,
            _ => throw new ModelException($"There is no dtype '{name}'. {NearestName.Hint(name, [.. Names])}"),
        };
        if (name == "tfloat32" && !device.IsCuda)
        {
            throw new ModelException($"The dtype tfloat32 exists on CUDA only, and the device is {device.Name}. Use float32, which computes the same sizes exactly.");
        }

        if (device.IsCuda)
        {
            TorchRuntime.SetTf32(name == "tfloat32");
        }

        return type;
    }

    /// <summary>Bytes of one element.</summary>
    /// <exception cref="ModelException">An unknown name.</exception>
    public static int Bytes(string name) => name switch
    {
        "float32" or "tfloat32" => 4,
        "bfloat16" => 2,
        "float64" => 8,
        _ => throw new ModelException($"There is no dtype '{name}'. {NearestName.Hint(name, [.. Names])}"),
    };

    /// <summary>In words, for the environment block.</summary>
    public static string Describe(string name) => name switch
    {
        "tfloat32" => "float32 values, TF32 products",
        "bfloat16" => "bfloat16 compute, float32 master weights and optimiser states",
        _ => $"{name} throughout",
    };
}
