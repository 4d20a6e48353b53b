namespace LT2.Eval.Models.Mixers;

/// <summary>One parameter before it exists: counted without libtorch, allocated from the same line.</summary>
/// <param name="Name">Flash-linear-attention's name inside its layer, such as <c>q_proj.weight</c>; prefixed with <c>layers.N.mixer.</c> in a model.</param>
/// <param name="Shape">As stored: linear maps are [out, in], depthwise convolutions [channels, 1, kernel].</param>
/// <param name="Initialisation">First values.</param>
/// <param name="NoWeightDecay">True for norms, biases, gates, <c>A_log</c>, <c>dt_bias</c>, <c>D</c>.</param>
public sealed record ParameterDescription(string Name, IReadOnlyList<int> Shape, Initialisation Initialisation, bool NoWeightDecay = false)
{
    /// <summary>How many vectors of a token meet it as a matrix in each loop: 1, as many as there are heads where heads share it, and 0 for what acts element by element.</summary>
    public int ProductsPerToken { get; init; } = Shape.Count >= 2 ? 1 : 0;

    /// <summary>How many numbers it holds.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>A linear map without bias, [<paramref name="output"/>, <paramref name="input"/>].</summary>
    public static ParameterDescription Linear(string name, int output, int input) => new(name, [output, input], new Initialisation.Linear(input));

    /// <summary>A depthwise causal convolution, [<paramref name="channels"/>, 1, <paramref name="kernel"/>].</summary>
    public static ParameterDescription ShortConvolution(string name, int channels, int kernel = 4) => new(name, [channels, 1, kernel], new Initialisation.Linear(kernel));

    /// <summary>The weight of a norm: ones, without weight decay.</summary>
    public static ParameterDescription Norm(string name, int width) => new(name, [width], new Initialisation.Constant(1), NoWeightDecay: true);

    /// <summary>A bias: zeros, without weight decay.</summary>
    public static ParameterDescription Bias(string name, int width) => new(name, [width], new Initialisation.Constant(0), NoWeightDecay: true);
}
