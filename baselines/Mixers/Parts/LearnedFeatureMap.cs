using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>
/// The feature maps of FLA's linear attention (fla/modules/feature_map.py), learned ones shared by all heads: <c>elementwise_product</c> (W₁x + b₁) ⊙ (W₂x + b₂),
/// <c>hedgehog</c> softmax([2y, −2y]) of y = Wx + b with W the identity at first, <c>t2r</c> relu(Wx), <c>dpfp</c>, <c>elu</c> (+1), <c>relu</c>, <c>identity</c>.
/// </summary>
internal sealed class LearnedFeatureMap
{
    private readonly string kind;
    private readonly Tensor? first, firstBias, second, secondBias;

    /// <summary>Claims the parameters of one map.</summary>
    public LearnedFeatureMap(string kind, string prefix, MixerParameters parameters)
    {
        this.kind = kind;
        switch (kind)
        {
            case "elementwise_product":
                (first, firstBias) = (parameters[prefix + ".layer1.weight"], parameters[prefix + ".layer1.bias"]);
                (second, secondBias) = (parameters[prefix + ".layer2.weight"], parameters[prefix + ".layer2.bias"]);
                break;
            case "hedgehog":
                (first, firstBias) = (parameters[prefix + ".layer.weight"], parameters[prefix + ".layer.bias"]);
                break;
            case "t2r":
                first = parameters[prefix + ".layer.weight"];
                break;
        }
    }

    /// <summary>Names that a variant file may use.</summary>
    public static string[] Kinds { get; } = ["elementwise_product", "hedgehog", "t2r", "dpfp", "elu", "relu", "identity"];

    /// <summary>Parameters of one map over <paramref name="heads"/> heads of <paramref name="width"/> channels, which share it.</summary>
    public static IEnumerable<ParameterDescription> Describe(string kind, string prefix, int width, int heads) =>
        Describe(kind, prefix, width).Select(parameter => parameter with { ProductsPerToken = parameter.ProductsPerToken * heads });

    private static IEnumerable<ParameterDescription> Describe(string kind, string prefix, int width) => kind switch
    {
        "elementwise_product" =>
        [
            ParameterDescription.Linear(prefix + ".layer1.weight", width, width), ParameterDescription.Bias(prefix + ".layer1.bias", width),
            ParameterDescription.Linear(prefix + ".layer2.weight", width, width), ParameterDescription.Bias(prefix + ".layer2.bias", width),
        ],
        "hedgehog" =>
        [
            new(prefix + ".layer.weight", [width, width], new Initialisation.Values(() => Identity(width))), ParameterDescription.Bias(prefix + ".layer.bias", width),
        ],
        "t2r" => [ParameterDescription.Linear(prefix + ".layer.weight", width, width)],
        _ => [],
    };

    /// <summary>Channels after the map.</summary>
    public static int OutputWidth(string kind, int width) => kind switch { "hedgehog" => 2 * width, "dpfp" => 8 * width, _ => width };

    /// <summary>x <c>[B,L,H,D]</c>.</summary>
    public Tensor Apply(Tensor x) => kind switch
    {
        "elementwise_product" => nn.functional.linear(x, first!, firstBias) * nn.functional.linear(x, second!, secondBias),
        "hedgehog" => FeatureMaps.HedgehogSoftmax(nn.functional.linear(x, first!, firstBias)),
        "t2r" => nn.functional.linear(x, first!).relu(),
        "dpfp" => FeatureMaps.DeterministicParameterFree(x),
        "elu" => FeatureMaps.EluPlusOne(x),
        "relu" => x.relu(),
        _ => x,
    };

    private static float[] Identity(int width)
    {
        var values = new float[width * width];
        for (var i = 0; i < width; i++)
        {
            values[(i * width) + i] = 1;
        }
        return values;
    }
}
