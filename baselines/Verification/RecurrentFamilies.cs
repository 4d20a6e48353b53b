using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>The operators with a state, by their golden files.</summary>
internal static class RecurrentFamilies
{
    private static readonly string[] Qkv = ["q", "k", "v"];

    public static IReadOnlyList<OperatorFamily> All { get; } =
    [
        new("linear_attn", Qkv, Qkv, LinearAttentionCase),
        new("retnet", Qkv, Qkv, RetentionCase),
        new("gla", [.. Qkv, "g"], Qkv, GatedLinearAttentionCase),
        new("hgrn2", ["q_raw", "f_logit", "v"], ["q_raw", "v"], Hgrn2Case),
        new("mamba2", ["x", "dt_raw", "B", "C"], ["x", "B", "C"], Mamba2Case),
        new("deltanet", [.. Qkv, "beta"], Qkv, DeltaCase),
        new("gdn", [.. Qkv, "beta", "g"], Qkv, DeltaCase),
        new("kda", [.. Qkv, "beta", "g"], Qkv, DeltaCase),
        new("gated_deltaproduct", [.. Qkv, "beta", "g"], Qkv, DeltaProductCase),
        new("rwkv7", ["r", "w", "k", "v", "kk", "a"], ["r", "k", "v", "kk", "a"], Rwkv7Case),
    ];

    private static Dictionary<string, Tensor> LinearAttentionCase(CaseInputs x, OperatorForm form)
    {
        var map = x.Attributes.Word("feature_map");
        var (q, k) = map switch
        {
            null or "identity" or "none" => (x["q"], x["k"]),
            "elu1" => (FeatureMaps.EluPlusOne(x["q"]), FeatureMaps.EluPlusOne(x["k"])),
            "relu" => (x["q"].relu(), x["k"].relu()),
            _ => throw new ModelException($"attribute feature_map is '{map}'; this build knows identity, elu1, relu."),
        };
        var result = form.ChunkLength is { } chunk
            ? LinearAttention.Chunkwise(q, k, x["v"], x.Scale, x.InitialState, chunk)
            : LinearAttention.Recurrent(q, k, x["v"], x.Scale, x.InitialState);
        if (!x.Attributes.Flag("normalize"))
        {
            return Outputs(result);
        }
        var epsilon = x.Attributes.Number("normalize_eps") ?? LinearAttention.NormaliserEpsilon;
        var normalised = LinearAttention.Normalise(result, q, k, x.Scale, x.Find("initial_z"), epsilon);
        return new() { ["o"] = normalised.Output, ["final_state"] = normalised.FinalState, ["final_z"] = normalised.FinalKeySum };
    }

    private static Dictionary<string, Tensor> RetentionCase(CaseInputs x, OperatorForm form)
    {
        var outputs = Outputs(form.ChunkLength is { } chunk
            ? Retention.Chunkwise(x["q"], x["k"], x["v"], x.Scale, x.InitialState, chunk)
            : Retention.Recurrent(x["q"], x["k"], x["v"], x.Scale, x.InitialState));
        outputs["log_gamma"] = Retention.LogGamma(x["v"].shape[2], WorkingPrecision.Of(x["v"].dtype), x["v"].device);
        return outputs;
    }

    private static Dictionary<string, Tensor> GatedLinearAttentionCase(CaseInputs x, OperatorForm form) => Outputs(form.ChunkLength is { } chunk
        ? GatedLinearAttention.Chunkwise(x["q"], x["k"], x["v"], x["g"], x.Scale, x.InitialState, chunk)
        : GatedLinearAttention.Recurrent(x["q"], x["k"], x["v"], x["g"], x.Scale, x.InitialState));

    private static Dictionary<string, Tensor> Hgrn2Case(CaseInputs x, OperatorForm form)
    {
        var q = nn.functional.silu(x["q_raw"]);
        var (g, k) = DecayGates.Hgrn2(x["f_logit"], x.Find("lower_bound"));
        var outputs = Outputs(form.ChunkLength is { } chunk
            ? GatedLinearAttention.Chunkwise(q, k, x["v"], g, x.Scale, x.InitialState, chunk)
            : GatedLinearAttention.Recurrent(q, k, x["v"], g, x.Scale, x.InitialState));
        (outputs["q"], outputs["k"], outputs["g"]) = (q, k, g);
        return outputs;
    }

    private static Dictionary<string, Tensor> Mamba2Case(CaseInputs x, OperatorForm form)
    {
        var (dt, g) = DecayGates.Mamba2(x["dt_raw"], x["A_log"], x["dt_bias"], x.Attributes.Range("dt_limit"));
        var outputs = Outputs(form.ChunkLength is { } chunk
            ? StateSpaceDuality.Chunkwise(x["x"], dt, g, x["B"], x["C"], x.Find("D"), x.InitialState, chunk)
            : StateSpaceDuality.Recurrent(x["x"], dt, g, x["B"], x["C"], x.Find("D"), x.InitialState));
        (outputs["dt"], outputs["g"]) = (dt, g);
        return outputs;
    }

    private static Dictionary<string, Tensor> DeltaCase(CaseInputs x, OperatorForm form)
    {
        var (q, k) = Normalised(x);
        return Outputs(form.ChunkLength is { } chunk
            ? DeltaRuleEngine.Chunkwise(q, k, x["v"], x["beta"], x.Find("g"), x.Scale, x.InitialState, chunk)
            : DeltaRuleEngine.Recurrent(q, k, x["v"], x["beta"], x.Find("g"), x.Scale, x.InitialState));
    }

    private static Dictionary<string, Tensor> DeltaProductCase(CaseInputs x, OperatorForm form)
    {
        var (q, k) = Normalised(x);
        var writes = (int)(k.shape[1] / q.shape[1]);
        return Outputs(form.ChunkLength is { } chunk
            ? GatedDeltaProduct.Chunkwise(q, k, x["v"], x["beta"], x.Find("g"), writes, x.Scale, x.InitialState, chunk)
            : GatedDeltaProduct.Recurrent(q, k, x["v"], x["beta"], x.Find("g"), writes, x.Scale, x.InitialState));
    }

    private static Dictionary<string, Tensor> Rwkv7Case(CaseInputs x, OperatorForm form)
    {
        var (a, b) = (-x["kk"], x["kk"] * x["a"]);
        return Outputs(form.ChunkLength is { } chunk
            ? DiagonalPlusLowRank.Chunkwise(x["r"], x["w"], x["k"], x["v"], a, b, x.Scale ?? 1, x.InitialState, chunk)
            : DiagonalPlusLowRank.Recurrent(x["r"], x["w"], x["k"], x["v"], a, b, x.Scale ?? 1, x.InitialState));
    }

    private static (Tensor Q, Tensor K) Normalised(CaseInputs x)
    {
        if (!x.Attributes.Flag("qk_l2norm"))
        {
            return (x["q"], x["k"]);
        }
        var epsilon = x.Attributes.Number("l2norm_eps") ?? Normalisation.L2Epsilon;
        return (Normalisation.L2(x["q"], epsilon), Normalisation.L2(x["k"], epsilon));
    }

    private static Dictionary<string, Tensor> Outputs(RecurrentOutput result) => new() { ["o"] = result.Output, ["final_state"] = result.FinalState };
}
