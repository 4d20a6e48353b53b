using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>The shared parts of mixers, by the attribute <c>op</c> of the golden file <c>common</c>.</summary>
internal static class CommonOperations
{
    public static OperatorFamily Family { get; } = new("common", [], ["x", "gate"], (inputs, _) => Run(inputs), Chunked: false);

    private static Dictionary<string, Tensor> Run(CaseInputs x)
    {
        var op = x.Attributes.Word("op") ?? throw new ModelException("the case has no attribute 'op'.");
        return op switch
        {
            "short_conv" => Convolution(x),
            "l2norm" => One("y", Normalisation.L2(x["x"], x.Attributes.Number("eps") ?? Normalisation.L2Epsilon)),
            "rmsnorm" => One("y", Normalisation.RootMeanSquare(x["x"], x.Find("weight"), Epsilon(x))),
            "rmsnorm_gated" => One("y", Normalisation.RootMeanSquareGated(x["x"], x["gate"], x.Find("weight"), Epsilon(x), Activation(x))),
            "mamba_gated_norm" => One("y", Normalisation.GroupedGated(
                x["x"], x["gate"], x["weight"], Epsilon(x), x.Attributes.Integer("group_size") ?? x["x"].shape[^1], x.Attributes.Flag("norm_before_gate"))),
            "gate_gdn" => One("g", DecayGates.GatedDeltaNet(x["a"], x["A_log"], x["dt_bias"])),
            "gate_mamba2" => Mamba2(x),
            "gate_kda" => One("g", DecayGates.KimiDelta(x["f"], x["A_log"], x["dt_bias"])),
            "gate_kda_bounded" => One("g", DecayGates.KimiDeltaBounded(x["f"], x["A_log"], x["dt_bias"], x.Attributes.Number("lower_bound") ?? -5)),
            "gate_gla" => One("g", DecayGates.GatedLinearAttention(x["x"], x.Attributes.Number("normalizer") ?? 16, x.Attributes.Number("clamp_min"))),
            "gate_hgrn2" => Hgrn2(x),
            "gate_rwkv7" => One("w", DecayGates.Rwkv7(x["x"])),
            "beta" => new() { ["beta"] = DecayGates.Beta(x["b"]), ["beta_neg_eigval"] = DecayGates.Beta(x["b"], true) },
            "rope" => One("y", RotaryEmbedding.Apply(
                x["x"], RotaryEmbedding.Positions(x.Attributes.Integer("offset") ?? 0, x["x"].shape[1], x["x"].device),
                x.Attributes.Number("theta") ?? 10000, x.Attributes.Flag("interleaved"))),
            "retnet_gamma" => One("log_gamma", Retention.LogGamma(LogGammaHeads(x), WorkingPrecision.Of(x["heads"].dtype), x["heads"].device)),
            _ => throw new ModelException($"attribute op is '{op}', which this build does not know."),
        };
    }

    private static Dictionary<string, Tensor> Convolution(CaseInputs x)
    {
        var activation = x.Attributes.Word("activation") ?? "none";
        if (activation is not ("silu" or "swish" or "none"))
        {
            throw new ModelException($"attribute activation is '{activation}'; a short convolution has silu or none.");
        }
        if (x.Attributes.Integer("kernel") is { } kernel && kernel != x["weight"].shape[^1])
        {
            throw new ModelException($"attribute kernel is {kernel}, but weight has {x["weight"].shape[^1]} taps.");
        }
        var (y, cache) = ShortConvolution.WithTail(x["x"], x["weight"], x.Find("bias"), x.Find("cache"), activation != "none");
        return new() { ["y"] = y, ["final_cache"] = cache };
    }

    private static Dictionary<string, Tensor> Mamba2(CaseInputs x)
    {
        var (dt, g) = DecayGates.Mamba2(x["dt_raw"], x["A_log"], x["dt_bias"], x.Attributes.Range("dt_limit"));
        return new() { ["dt"] = dt, ["g"] = g };
    }

    private static Dictionary<string, Tensor> Hgrn2(CaseInputs x)
    {
        var (g, k) = DecayGates.Hgrn2(x["f"], x.Find("lower_bound"));
        return new() { ["g"] = g, ["k"] = k };
    }

    private static GateActivation Activation(CaseInputs x) => x.Attributes.Word("activation") switch
    {
        null or "swish" or "silu" => GateActivation.Swish,
        "sigmoid" => GateActivation.Sigmoid,
        var other => throw new ModelException($"attribute activation is '{other}'; a gated norm has swish or sigmoid."),
    };

    private static double Epsilon(CaseInputs x) => x.Attributes.Number("eps") ?? 1e-5;

    private static long LogGammaHeads(CaseInputs x) => (long)x["heads"].to_type(ScalarType.Float64).reshape(-1)[0].cpu().item<double>();

    private static Dictionary<string, Tensor> One(string name, Tensor value) => new() { [name] = value };
}
