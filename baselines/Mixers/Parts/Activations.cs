using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>The activations that flash-linear-attention's layers take by name (its ACT2FN).</summary>
internal static class Activations
{
    /// <summary>Names, without <c>none</c>.</summary>
    public static string[] Names { get; } = ["relu", "sigmoid", "logsigmoid", "silu", "swish", "sqrelu", "gelu"];

    /// <summary>The function of a name; <c>none</c> gives null.</summary>
    public static Func<Tensor, Tensor>? Find(string name) => name switch
    {
        "none" => null,
        "relu" => x => x.relu(),
        "sigmoid" => x => x.sigmoid(),
        "logsigmoid" => x => nn.functional.logsigmoid(x),
        "silu" or "swish" => x => nn.functional.silu(x),
        "sqrelu" => x => x.relu().square(),
        // The tanh approximation, with FLA's rounded constant for sqrt(2/pi).
        "gelu" => x => 0.5 * x * (1 + (0.79788456 * x * (1 + 0.044715 * x * x)).tanh()),
        _ => throw new ModelException($"Unknown activation '{name}'; known are none, {string.Join(", ", Names)}."),
    };
}
