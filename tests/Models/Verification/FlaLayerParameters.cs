namespace LT2.Eval.Models.Tests.Verification;

/// <summary>
/// Parameter names and shapes that layers of flash-linear-attention (commit bc3b101) have for given arguments, read off their constructors by hand.
/// </summary>
internal static class FlaLayerParameters
{
    public static TheoryData<string, string, string> Cases { get; } = new()
    {
        {
            "GatedDeltaNet", """{"hidden_size": 8, "head_dim": 4, "num_heads": 2, "num_v_heads": 4, "expand_v": 1.5, "allow_neg_eigval": true}""",
            "q_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 24 8, a_proj.weight 4 8, b_proj.weight 4 8, A_log 4, dt_bias 4, q_conv1d.weight 8 1 4, k_conv1d.weight 8 1 4, "
            + "v_conv1d.weight 24 1 4, g_proj.weight 24 8, o_norm.weight 6, o_proj.weight 8 24"
        },
        {
            "GatedDeltaNet", """{"hidden_size": 8, "head_dim": 4, "num_heads": 2, "use_gate": false, "use_short_conv": false, "norm_eps": 1e-6}""",
            "q_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 16 8, a_proj.weight 2 8, b_proj.weight 2 8, A_log 2, dt_bias 2, o_norm.weight 8, o_proj.weight 8 16"
        },
        {
            "GatedDeltaNet", """{"hidden_size": 8, "head_dim": 4, "num_heads": 2, "expand_v": 1, "conv_bias": true, "conv_size": 3}""",
            "q_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 8 8, a_proj.weight 2 8, b_proj.weight 2 8, A_log 2, dt_bias 2, q_conv1d.weight 8 1 3, k_conv1d.weight 8 1 3, v_conv1d.weight 8 1 3, "
            + "q_conv1d.bias 8, k_conv1d.bias 8, v_conv1d.bias 8, g_proj.weight 8 8, o_norm.weight 4, o_proj.weight 8 8"
        },
        {
            "KimiDeltaAttention", """{"hidden_size": 8, "head_dim": 4, "num_heads": 2, "num_v_heads": 4, "expand_v": 1.5, "conv_bias": true, "conv_size": 3}""",
            "q_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 24 8, q_conv1d.weight 8 1 3, q_conv1d.bias 8, k_conv1d.weight 8 1 3, k_conv1d.bias 8, v_conv1d.weight 24 1 3, v_conv1d.bias 24, "
            + "f_proj.0.weight 6 8, f_proj.1.weight 16 6, b_proj.weight 4 8, A_log 4, dt_bias 16, g_proj.0.weight 6 8, g_proj.1.weight 24 6, g_proj.1.bias 24, o_norm.weight 6, o_proj.weight 8 24"
        },
        {
            "KimiDeltaAttention", """{"hidden_size": 8, "head_dim": 4, "num_heads": 2, "safe_gate": true, "lower_bound": -5.0, "use_short_conv": false, "allow_neg_eigval": true}""",
            "q_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 8 8, f_proj.0.weight 4 8, f_proj.1.weight 8 4, b_proj.weight 2 8, A_log 2, dt_bias 8, g_proj.0.weight 4 8, g_proj.1.weight 8 4, "
            + "g_proj.1.bias 8, o_norm.weight 4, o_proj.weight 8 8"
        },
        {
            "DeltaNet", """{"hidden_size": 8, "num_heads": 2, "expand_k": 0.5, "expand_v": 2, "use_gate": true}""",
            "q_proj.weight 4 8, k_proj.weight 4 8, v_proj.weight 16 8, b_proj.weight 2 8, q_conv1d.weight 4 1 4, k_conv1d.weight 4 1 4, v_conv1d.weight 16 1 4, g_proj.weight 16 8, "
            + "o_norm.weight 8, o_proj.weight 8 16"
        },
        {
            "DeltaNet", """{"d_model": 8, "num_heads": 2, "use_beta": false, "use_short_conv": false, "qk_activation": "elu", "qk_norm": "sum", "mode": "chunk"}""",
            "q_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 8 8, o_norm.weight 4, o_proj.weight 8 8"
        },
        {
            "GatedLinearAttention", """{"hidden_size": 8, "num_heads": 2, "num_kv_heads": 1, "use_short_conv": true, "clamp_min": -2.0, "gate_low_rank_dim": 3}""",
            "q_proj.weight 4 8, k_proj.weight 2 8, v_proj.weight 4 8, g_proj.weight 8 8, q_conv1d.weight 4 1 4, k_conv1d.weight 2 1 4, v_conv1d.weight 4 1 4, gk_proj.0.weight 3 8, "
            + "gk_proj.1.weight 2 3, gk_proj.1.bias 2, o_proj.weight 8 8, g_norm_swish_gate.weight 4"
        },
        {
            "GatedLinearAttention", """{"hidden_size": 8, "num_heads": 2, "use_output_gate": false, "gate_logit_normalizer": 8, "feature_map": "relu"}""",
            "q_proj.weight 4 8, k_proj.weight 4 8, v_proj.weight 8 8, gk_proj.0.weight 16 8, gk_proj.1.weight 4 16, gk_proj.1.bias 4, o_proj.weight 8 8, g_norm.weight 4"
        },
        {
            "MultiScaleRetention", """{"hidden_size": 8, "num_heads": 2}""",
            "q_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 16 8, g_proj.weight 16 8, o_proj.weight 8 16, g_norm_swish_gate.weight 8"
        },
        {
            "MultiScaleRetention", """{"hidden_size": 8, "num_heads": 2, "num_kv_heads": 1, "gate_fn": "sigmoid", "elementwise_affine": true, "use_short_conv": true, "conv_bias": true, "fuse_norm": false}""",
            "q_proj.weight 8 8, k_proj.weight 4 8, v_proj.weight 8 8, g_proj.weight 16 8, q_conv1d.weight 8 1 4, q_conv1d.bias 8, k_conv1d.weight 4 1 4, k_conv1d.bias 4, "
            + "v_conv1d.weight 8 1 4, v_conv1d.bias 8, o_proj.weight 8 16, g_norm.weight 8"
        },
        {
            "HGRN2Attention", """{"hidden_size": 8, "expand_ratio": 2, "use_short_conv": true}""",
            "q_proj.weight 8 8, f_proj.weight 8 8, i_proj.weight 8 8, q_conv1d.weight 8 1 4, f_conv1d.weight 8 1 4, i_conv1d.weight 8 1 4, g_norm.weight 8, o_proj.weight 8 8"
        },
        {
            "HGRN2Attention", """{"hidden_size": 8, "expand_ratio": null, "num_heads": 2, "elementwise_affine": false}""",
            "q_proj.weight 8 8, f_proj.weight 8 8, i_proj.weight 8 8, o_proj.weight 8 8"
        },
        {
            "Mamba2", """{"hidden_size": 8, "head_dim": 4, "state_size": 6, "n_groups": 2, "num_heads": 4, "chunk_size": 16, "dt_limit": [0.0, 0.5]}""",
            "conv1d.weight 40 1 4, conv1d.bias 40, in_proj.weight 60 8, dt_bias 4, A_log 4, norm.weight 16, D 4, out_proj.weight 8 16"
        },
        {
            "Mamba2", """{"hidden_size": 8, "head_dim": 4, "state_size": 6, "rmsnorm": false, "use_bias": true, "use_conv_bias": false, "D_has_hdim": true, "norm_before_gate": true}""",
            "conv1d.weight 28 1 4, in_proj.weight 48 8, in_proj.bias 48, dt_bias 4, A_log 4, D 16, out_proj.weight 8 16, out_proj.bias 8"
        },
        {
            "RWKV7Attention", """{"hidden_size": 8, "head_dim": 4, "layer_idx": 0, "num_hidden_layers": 2, "value_dim": 12, "decay_low_rank_dim": 3, "gate_low_rank_dim": 5, "a_low_rank_dim": 2}""",
            "x_r 1 1 8, x_w 1 1 8, x_k 1 1 8, x_v 1 1 8, x_a 1 1 8, x_g 1 1 8, k_k 8, k_a 8, r_k 2 4, r_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 12 8, o_proj.weight 8 12, "
            + "w_lora.lora.0.weight 3 8, w_lora.lora.2.weight 8 3, w_lora.lora.2.bias 8, a_lora.lora.0.weight 2 8, a_lora.lora.2.weight 8 2, a_lora.lora.2.bias 8, g_lora.lora.0.weight 5 8, "
            + "g_lora.lora.2.weight 12 5, g_norm.weight 12, g_norm.bias 12"
        },
        {
            "RWKV7Attention", """{"hidden_size": 8, "head_dim": null, "num_heads": 2, "layer_idx": 1, "num_hidden_layers": 2, "fuse_norm": true, "elementwise_affine": false}""",
            "x_r 1 1 8, x_w 1 1 8, x_k 1 1 8, x_v 1 1 8, x_a 1 1 8, x_g 1 1 8, k_k 8, k_a 8, r_k 2 4, r_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 8 8, o_proj.weight 8 8, "
            + "w_lora.lora.0.weight 32 8, w_lora.lora.2.weight 8 32, w_lora.lora.2.bias 8, v_lora.lora.0.weight 32 8, v_lora.lora.2.weight 8 32, v_lora.lora.2.bias 8, "
            + "a_lora.lora.0.weight 32 8, a_lora.lora.2.weight 8 32, a_lora.lora.2.bias 8, g_lora.lora.0.weight 32 8, g_lora.lora.2.weight 8 32, v_first 2 5 8"
        },
        {
            "LinearAttention", """{"hidden_size": 8, "num_heads": 2}""",
            "feature_map_q.layer1.weight 4 4, feature_map_q.layer1.bias 4, feature_map_q.layer2.weight 4 4, feature_map_q.layer2.bias 4, feature_map_k.layer1.weight 4 4, feature_map_k.layer1.bias 4, "
            + "feature_map_k.layer2.weight 4 4, feature_map_k.layer2.bias 4, q_proj.weight 8 8, k_proj.weight 8 8, v_proj.weight 8 8, norm.weight 4, o_proj.weight 8 8"
        },
        {
            "LinearAttention", """{"hidden_size": 8, "num_heads": 2, "num_kv_heads": 1, "feature_map": "hedgehog", "tie_feature_map_qk": true, "output_norm": "identity", "do_feature_map_norm": true}""",
            "feature_map_q.layer.weight 4 4, feature_map_q.layer.bias 4, feature_map_k.layer.weight 4 4, feature_map_k.layer.bias 4, q_proj.weight 8 8, k_proj.weight 4 8, v_proj.weight 4 8, o_proj.weight 8 8"
        },
        {
            "GatedDeltaProduct", """{"hidden_size": 8, "head_dim": 4, "num_heads": 2, "num_v_heads": 4, "expand_v": 1, "num_householder": 3}""",
            "q_proj.weight 8 8, k_proj.weight 24 8, v_proj.weight 48 8, b_proj.weight 12 8, a_proj.weight 4 8, A_log 4, dt_bias 4, q_conv1d.weight 8 1 4, k_conv1d.weight 24 1 4, "
            + "v_conv1d.weight 48 1 4, g_proj.weight 16 8, o_norm.weight 4, o_proj.weight 8 16"
        },
        {
            "GatedDeltaProduct", """{"hidden_size": 8, "head_dim": 4, "num_heads": 2, "use_forget_gate": false, "use_output_gate": false, "allow_neg_eigval": false, "conv_bias": true}""",
            "q_proj.weight 8 8, k_proj.weight 16 8, v_proj.weight 32 8, b_proj.weight 4 8, q_conv1d.weight 8 1 4, q_conv1d.bias 8, k_conv1d.weight 16 1 4, k_conv1d.bias 16, "
            + "v_conv1d.weight 32 1 4, v_conv1d.bias 32, o_norm.weight 8, o_proj.weight 8 16"
        },
        {
            "NativeSparseAttention", """{"hidden_size": 8, "num_heads": 2, "num_kv_heads": 1, "head_dim": 4, "qkv_bias": true, "block_size": 2, "block_counts": 3, "window_size": 2, "rope_theta": 5000.0}""",
            "q_proj.weight 8 8, q_proj.bias 8, k_proj.weight 4 8, k_proj.bias 4, v_proj.weight 4 8, v_proj.bias 4, g_proj.weight 6 8, o_proj.weight 8 8"
        },
    };
}
