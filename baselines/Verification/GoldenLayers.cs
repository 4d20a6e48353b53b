using System.Globalization;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>The golden file <c>layers</c>: whole layers with their weights under short names, run by the mixers of the catalogue.</summary>
internal static class GoldenLayers
{
    public const string Mixer = "layers";

    private static readonly Dictionary<string, string> DeltaNames = new(StringComparer.Ordinal)
    {
        ["Wq"] = "q_proj.weight", ["Wk"] = "k_proj.weight", ["Wv"] = "v_proj.weight", ["Wb"] = "b_proj.weight", ["Wo"] = "o_proj.weight", ["norm"] = "o_norm.weight",
        ["q_conv"] = "q_conv1d.weight", ["k_conv"] = "k_conv1d.weight", ["v_conv"] = "v_conv1d.weight",
        ["Wa"] = "a_proj.weight", ["A_log"] = "A_log", ["dt_bias"] = "dt_bias", ["Wg"] = "g_proj.weight",
        ["Wf1"] = "f_proj.0.weight", ["Wf2"] = "f_proj.1.weight", ["Wg1"] = "g_proj.0.weight", ["Wg2"] = "g_proj.1.weight", ["bg2"] = "g_proj.1.bias",
    };

    private static readonly Dictionary<string, string> SoftmaxNames = new(StringComparer.Ordinal)
    {
        ["Wq"] = "q_proj.weight", ["Wk"] = "k_proj.weight", ["Wv"] = "v_proj.weight", ["Wo"] = "o_proj.weight", ["Wg"] = "g_proj.weight",
        ["q_norm"] = "q_norm.weight", ["k_norm"] = "k_norm.weight",
    };

    public static CaseVerdict Verify(GoldenCase golden, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var kind = golden.Attributes.Word("kind");
        var names = kind switch
        {
            "gdn" or "deltanet" or "kda" => DeltaNames,
            "softmax" or "softmax_gated" => SoftmaxNames,
            _ => throw new ModelException($"attribute kind is '{kind}'; this build knows the layers gdn, deltanet, kda, softmax, softmax_gated."),
        };
        if (golden.Attributes.Word("weight_layout") is { } layout && layout != "[out,in]")
        {
            throw new ModelException($"attribute weight_layout is '{layout}'; it must be [out,in].");
        }
        if (golden.Attributes.Number("l2norm_eps") is { } epsilon && epsilon != Mixers.Operators.Normalisation.L2Epsilon)
        {
            throw new ModelException(FormattableString.Invariant($"attribute l2norm_eps is {epsilon}; the mixers have 1e-6."));
        }
        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in golden.Inputs.Where(input => input.Key != "x"))
        {
            var target = names.GetValueOrDefault(name) ?? throw new ModelException($"a layer of kind '{kind}' has no weight '{name}' here.");
            var value = tensor.ToTensor(CPU, ScalarType.Float64);
            weights[target] = target.EndsWith("conv1d.weight", StringComparison.Ordinal) ? value.unsqueeze(1) : value;
        }
        var width = (int)golden.Inputs["x"].Shape[^1];
        var length = (int)golden.Inputs["x"].Shape[1];
        var (mixer, options) = kind switch
        {
            "gdn" => ("gdn", DeltaOptions(golden, grouped: true)),
            "kda" => ("kda", DeltaOptions(golden, grouped: true)),
            "deltanet" => ("deltanet", DeltaNetOptions(golden, width)),
            _ => ("full", SoftmaxOptions(golden)),
        };
        var settings = new MixerSettings(width, 1, 0, 1, length, golden.Attributes.Number("norm_eps") ?? 1e-5, options);
        var run = new LayerRun(mixer, settings, weights, golden.Inputs["x"].ToTensor(CPU, ScalarType.Float64), golden.Outputs["y"], new Dictionary<string, Tensor>());
        var tolerance = Tolerance.For(dtype, device);
        var meter = new ErrorMeter(dtype is ScalarType.Float64 or ScalarType.Float32
            ? tolerance
            : tolerance.Or(5e-2, "weights and every intermediate activation are rounded, not the inputs alone"));
        run.Compare(meter, device, dtype);
        return meter.Verdict(golden);
    }

    private static Dictionary<string, string> DeltaOptions(GoldenCase golden, bool grouped)
    {
        var (key, value) = (Needed(golden, "head_k_dim"), Needed(golden, "head_v_dim"));
        var options = new Dictionary<string, string>
        {
            ["heads"] = Text(Needed(golden, "num_heads")),
            ["headDimension"] = Text(key),
            ["valueExpansion"] = ((double)value / key).ToString("R", CultureInfo.InvariantCulture),
            ["shortConvolution"] = Kernel(golden),
        };
        if (grouped)
        {
            options["valueHeads"] = Text(golden.Attributes.Integer("num_v_heads") ?? Needed(golden, "num_heads"));
        }
        if (golden.Attributes.Word("kind") == "gdn")
        {
            options["outputGate"] = golden.Inputs.ContainsKey("Wg") ? "true" : "false";
        }
        options["allowNegativeEigenvalues"] = golden.Attributes.Flag("allow_neg_eigval") ? "true" : "false";
        return options;
    }

    private static Dictionary<string, string> DeltaNetOptions(GoldenCase golden, int width)
    {
        var heads = Needed(golden, "num_heads");
        return new()
        {
            ["heads"] = Text(heads),
            ["keyExpansion"] = ((double)heads * Needed(golden, "head_k_dim") / width).ToString("R", CultureInfo.InvariantCulture),
            ["valueExpansion"] = ((double)heads * Needed(golden, "head_v_dim") / width).ToString("R", CultureInfo.InvariantCulture),
            ["outputGate"] = golden.Inputs.ContainsKey("Wg") ? "true" : "false",
            ["shortConvolution"] = Kernel(golden),
            ["allowNegativeEigenvalues"] = golden.Attributes.Flag("allow_neg_eigval") ? "true" : "false",
        };
    }

    private static Dictionary<string, string> SoftmaxOptions(GoldenCase golden)
    {
        var head = Needed(golden, "head_k_dim");
        if (golden.Attributes.Integer("head_v_dim") is { } value && value != head)
        {
            throw new ModelException($"attributes head_k_dim and head_v_dim are {head} and {value}; softmax attention has one head width here.");
        }
        return new()
        {
            ["heads"] = Text(golden.Inputs["Wq"].Shape[0] / head),
            ["keyValueHeads"] = Text(golden.Inputs["Wk"].Shape[0] / head),
            ["headDimension"] = Text(head),
            ["rotary"] = !golden.Attributes.Has("rope_theta") ? "none" : golden.Attributes.Flag("rope_interleaved") ? "pairs" : "halves",
            ["rotaryTheta"] = (golden.Attributes.Number("rope_theta") ?? 10000).ToString("R", CultureInfo.InvariantCulture),
            ["outputGate"] = golden.Inputs.ContainsKey("Wg") ? "true" : "false",
            ["queryKeyNorm"] = golden.Inputs.ContainsKey("q_norm") ? "true" : "false",
        };
    }

    private static string Kernel(GoldenCase golden) => golden.Inputs.TryGetValue("q_conv", out var taps) ? Text(taps.Shape[^1]) : "0";

    private static long Needed(GoldenCase golden, string attribute)
        => golden.Attributes.Integer(attribute) ?? throw new ModelException($"the case has no attribute '{attribute}'.");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
