using System.Globalization;

namespace LT2.Eval.Models.Verification;

/// <summary>FLA's layer classes with the defaults of their constructors (commit bc3b101).</summary>
internal static class LayerClasses
{
    public static IReadOnlyList<LayerClass> All { get; } =
    [
        new("GatedDeltaNet", "gdn", 2048, (_, o) => o.Integer("num_heads", "heads", 6).Integer("num_v_heads", "valueHeads", null).Integer("head_dim", "headDimension", 256)
            .Real("expand_v", "valueExpansion", 2).Switch("use_gate", "outputGate", true).Switch("allow_neg_eigval", "allowNegativeEigenvalues", false).Convolution(used: true)),
        new("KimiDeltaAttention", "kda", 2048, Kimi),
        new("DeltaNet", "deltanet", 1024, (_, o) => o.Integer("num_heads", "heads", 4).Real("expand_k", "keyExpansion", 1).Real("expand_v", "valueExpansion", 1)
            .Switch("use_beta", "writeStrength", true).Switch("use_gate", "outputGate", false).Switch("allow_neg_eigval", "allowNegativeEigenvalues", false)
            .Word("qk_activation", "queryKeyActivation", "silu").Word("qk_norm", "queryKeyNorm", "l2").Convolution(used: true)),
        new("GatedLinearAttention", "gla", 1024, (a, o) => HeadNorm(o.Integer("num_heads", "heads", 4).Integer("num_kv_heads", "keyValueHeads", null)
            .Real("expand_k", "keyExpansion", 0.5).Real("expand_v", "valueExpansion", 1).Word("feature_map", "featureMap", null, none: "none")
            .Real("gate_logit_normalizer", "gateLogitNormaliser", 16).Integer("gate_low_rank_dim", "gateLowRank", 16).Real("clamp_min", "clampMinimum", null)
            .Convolution(used: false), a)),
        new("MultiScaleRetention", "retnet", 1024, (a, o) => HeadNorm(o.Integer("num_heads", "heads", 8).Integer("num_kv_heads", "keyValueHeads", null)
            .Real("expand_k", "keyExpansion", 1).Real("expand_v", "valueExpansion", 2).Word("feature_map", "featureMap", null, none: "none").Convolution(used: false), a)),
        new("HGRN2Attention", "hgrn2", 1024, Hgrn2),
        new("Mamba2", "mamba2", 2048, Mamba2),
        new("RWKV7Attention", "rwkv7", 1024, Rwkv7),
        new("LinearAttention", "linear", 1024, (_, o) => o.Integer("num_heads", "heads", 8).Integer("num_kv_heads", "keyValueHeads", null).Real("expand_k", "keyExpansion", 1)
            .Real("expand_v", "valueExpansion", 1).Word("feature_map", "featureMap", "elementwise_product").Switch("tie_feature_map_qk", "tieFeatureMap", false)
            .Word("output_norm", "outputNorm", "rmsnorm").Switch("norm_q", "normaliseQuery", false).Switch("norm_k", "normaliseKey", false)
            .Switch("do_feature_map_norm", "normaliser", false).Switch("elementwise_affine", "normWeight", true)),
        new("GatedDeltaProduct", "gated-deltaproduct", 2048, (_, o) => o.Integer("num_heads", "heads", 6).Integer("num_v_heads", "valueHeads", null)
            .Integer("head_dim", "headDimension", 256).Real("expand_v", "valueExpansion", 2).Integer("num_householder", "writesPerToken", 2)
            .Switch("allow_neg_eigval", "allowNegativeEigenvalues", true).Switch("use_forget_gate", "forgetGate", true)
            .Switch("use_output_gate", "outputGate", true).Convolution(used: true)),
        new("NativeSparseAttention", "nsa", 2048, (_, o) => o.Integer("num_heads", "heads", 64).Integer("num_kv_heads", "keyValueHeads", 4).Integer("head_dim", "headDimension", 64)
            .Integer("block_size", "blockSize", 64).Integer("block_counts", "blockCount", 16).Integer("window_size", "window", 512)
            .Real("rope_theta", "rotaryTheta", 10000).Switch("qkv_bias", "linearBias", false).Unneeded("max_position_embeddings")),
    ];

    public static LayerClass? Find(string name) => All.FirstOrDefault(layer => layer.Name == name);

    private static LayerOptions HeadNorm(LayerOptions o, LayerArguments a)
        => o.Switch("use_output_gate", "outputGate", true).Word("gate_fn", "gateActivation", "swish").Set("normWeight", (a.Switch("elementwise_affine", true)) ? "true" : "false")
            .Switch("fuse_norm", "fuseNorm", true);

    private static void Kimi(LayerArguments a, LayerOptions o)
    {
        o.Integer("num_heads", "heads", 16).Integer("num_v_heads", "valueHeads", null).Integer("head_dim", "headDimension", 128).Real("expand_v", "valueExpansion", 1)
            .Switch("allow_neg_eigval", "allowNegativeEigenvalues", false).Convolution(used: true);
        // Either argument switches FLA's kernels to the bounded gate; -5 is its bound where only safe_gate is given.
        var bound = a.Real("lower_bound", null) ?? (a.Switch("safe_gate", false) ? -5 : null);
        a.Switch("safe_gate", false);
        o.Set("decayLowerBound", bound?.ToString("R", CultureInfo.InvariantCulture));
    }

    private static void Hgrn2(LayerArguments a, LayerOptions o)
    {
        var heads = a.Integer("num_heads", null);
        var ratio = a.Integer("expand_ratio", 128);
        if (ratio is null && heads is null)
        {
            throw new ModelException("HGRN2Attention needs expand_ratio or num_heads.");
        }
        // As in FLA, a ratio wins over a head count.
        o.Set("expandRatio", ratio?.ToString(CultureInfo.InvariantCulture)).Set("heads", ratio is null ? heads?.ToString(CultureInfo.InvariantCulture) : null)
            .Switch("elementwise_affine", "normWeight", true).Convolution(used: false);
    }

    private static void Mamba2(LayerArguments a, LayerOptions o)
    {
        if (a.Word("hidden_act", "silu") is var activation && activation is not ("silu" or "swish"))
        {
            throw new ModelException($"Mamba2 with hidden_act '{activation}' is not offered; it is silu here.");
        }
        var (low, high) = a.Range("dt_limit", 0, double.PositiveInfinity);
        o.Integer("head_dim", "headDimension", 64).Integer("state_size", "stateSize", 128).Real("expand", "expansion", 2).Integer("n_groups", "groups", 1)
            .Integer("conv_kernel", "shortConvolution", 4).Switch("use_conv_bias", "convolutionBias", true).Switch("D_has_hdim", "skipPerChannel", false)
            .Switch("rmsnorm", "outputNorm", true).Switch("norm_before_gate", "normBeforeGate", false).Switch("use_bias", "linearBias", false)
            .Set("stepMinimum", low.ToString("R", CultureInfo.InvariantCulture))
            .Set("stepMaximum", double.IsPositiveInfinity(high) ? null : high.ToString("R", CultureInfo.InvariantCulture));
        var (inner, head) = ((a.Real("expand", 2) ?? 2) * (a.Integer("hidden_size", 2048) ?? 2048), a.Integer("head_dim", 64) ?? 64);
        if (a.Integer("num_heads", null) is { } heads && heads != 0 && heads * head != (int)inner)
        {
            throw new ModelException(FormattableString.Invariant($"Mamba2: num_heads {heads} times head_dim {head} must be expand times hidden_size, {inner}."));
        }
    }

    private static void Rwkv7(LayerArguments a, LayerOptions o)
    {
        var width = a.Integer("hidden_size", 1024) ?? 1024;
        var head = a.Integer("head_dim", 64);
        var heads = a.Integer("num_heads", null);
        if (head is null && heads is null)
        {
            throw new ModelException("RWKV7Attention needs head_dim or num_heads.");
        }
        o.Set("headDimension", (head ?? width / heads!.Value).ToString(CultureInfo.InvariantCulture)).Integer("value_dim", "valueWidth", null)
            .Integer("decay_low_rank_dim", "decayLowRank", null).Integer("gate_low_rank_dim", "gateLowRank", null)
            .Integer("a_low_rank_dim", "rateLowRank", null).Integer("v_low_rank_dim", "valueLowRank", null)
            .Switch("elementwise_affine", "normWeight", true).Switch("fuse_norm", "fusedNorm", false);
    }
}
