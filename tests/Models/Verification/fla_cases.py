"""Writes layer cases and small whole models from an installed flash-linear-attention: python3 fla_cases.py OUT [CLASS...]

OUT gets layers/index.json and layers/NAME.safetensors (w.*, x, y) for `lt2 verify OUT/layers`, and models/NAME/ (config.json, model.safetensors, and
expected.safetensors with ids and logits) for `lt2 import`. Float32 without TF32 on one GPU; random weights, seed 1. FLA's kernels need a GPU.
"""
import importlib, json, os, sys, traceback
import torch, triton

# One configuration a kernel: tuning takes minutes and changes nothing but speed.
_tune = triton.autotune
def _first(configs, key, **options):
    return _tune(configs=configs[:1], key=key, **options)
triton.autotune = _first

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
from safetensors.torch import save_file

MODULES = {
    "GatedDeltaNet": "gated_deltanet", "KimiDeltaAttention": "kda", "DeltaNet": "delta_net", "GatedLinearAttention": "gla", "MultiScaleRetention": "multiscale_retention",
    "HGRN2Attention": "hgrn2", "Mamba2": "mamba2", "RWKV7Attention": "rwkv7", "LinearAttention": "linear_attn", "GatedDeltaProduct": "gated_deltaproduct",
}
H = {"hidden_size": 64}
HEADS = {**H, "num_heads": 2}
GDN = {**H, "head_dim": 16, "num_heads": 2}
LAYERS = {
    "GatedDeltaNet": {
        "negative": {**GDN, "allow_neg_eigval": True, "T": 70}, "no_gate": {**GDN, "use_gate": False, "T": 37}, "no_conv": {**GDN, "use_short_conv": False, "T": 37},
        "grouped": {**GDN, "num_v_heads": 4, "expand_v": 1, "T": 130}, "conv_bias": {**GDN, "conv_bias": True, "conv_size": 3, "T": 65}, "one": {**GDN, "T": 1},
        "wide": {**H, "head_dim": 48, "num_heads": 1, "expand_v": 1.5, "norm_eps": 1e-6, "T": 200},
        "recurrent": {**GDN, "mode": "fused_recurrent", "T": 64},
    },
    "KimiDeltaAttention": {
        "plain": {**GDN, "T": 37}, "chunk": {**GDN, "T": 130}, "negative": {**GDN, "allow_neg_eigval": True, "T": 70}, "grouped": {**GDN, "num_v_heads": 4, "expand_v": 2, "T": 37},
        "no_conv": {**GDN, "use_short_conv": False, "T": 37}, "bounded": {**GDN, "safe_gate": True, "lower_bound": -5.0, "T": 130}, "bounded_short": {**GDN, "lower_bound": -3.0, "T": 20},
        "conv_bias": {**GDN, "conv_bias": True, "conv_size": 3, "norm_eps": 1e-6, "T": 65},
    },
    "DeltaNet": {
        "plain": {**HEADS, "T": 37}, "gate": {**HEADS, "use_gate": True, "T": 64}, "negative": {**HEADS, "allow_neg_eigval": True, "T": 50}, "one": {**HEADS, "T": 1},
        "no_beta": {**HEADS, "use_beta": False, "T": 37}, "no_conv": {**HEADS, "use_short_conv": False, "T": 37}, "expansions": {**HEADS, "expand_k": 0.5, "expand_v": 2.0, "T": 37},
        "elu_sum": {**HEADS, "qk_activation": "elu", "qk_norm": "sum", "T": 37}, "relu": {**HEADS, "qk_activation": "relu", "T": 37}, "identity": {**HEADS, "qk_activation": "identity", "T": 37},
        "no_conv_elu": {**HEADS, "qk_activation": "elu", "qk_norm": "sum", "use_short_conv": False, "T": 37}, "conv_bias": {**HEADS, "conv_bias": True, "T": 37}, "d_model": {"d_model": 64, "num_heads": 4, "T": 37},
    },
    "GatedLinearAttention": {
        "plain": {**HEADS, "T": 37}, "chunk": {**HEADS, "T": 130}, "conv": {**HEADS, "use_short_conv": True, "T": 70}, "no_gate": {**HEADS, "use_output_gate": False, "T": 37},
        "groups": {**HEADS, "num_heads": 4, "num_kv_heads": 2, "T": 37}, "expansions": {**HEADS, "expand_k": 1.0, "expand_v": 2.0, "T": 65}, "clamp": {**HEADS, "clamp_min": -0.02, "T": 70},
        "normaliser": {**HEADS, "gate_logit_normalizer": 4, "gate_low_rank_dim": 8, "T": 70}, "unfused": {**HEADS, "fuse_norm": False, "T": 37}, "relu_map": {**HEADS, "feature_map": "relu", "T": 37},
        "sigmoid": {**HEADS, "gate_fn": "sigmoid", "T": 37}, "no_affine": {**HEADS, "elementwise_affine": False, "T": 37}, "hard": {**HEADS, "gate_logit_normalizer": 1, "T": 130},
    },
    "MultiScaleRetention": {
        "plain": {**HEADS, "T": 37}, "chunk": {**HEADS, "T": 130}, "conv": {**HEADS, "use_short_conv": True, "T": 70}, "no_gate": {**HEADS, "use_output_gate": False, "T": 37},
        "groups": {**HEADS, "num_heads": 4, "num_kv_heads": 2, "T": 37}, "expansions": {**HEADS, "expand_k": 0.5, "expand_v": 1.0, "T": 65}, "unfused": {**HEADS, "fuse_norm": False, "T": 37},
        "relu_map": {**HEADS, "feature_map": "relu", "T": 37},
    },
    "HGRN2Attention": {
        "plain": {**H, "expand_ratio": 16, "T": 37}, "chunk": {**H, "expand_ratio": 32, "T": 130}, "heads": {**H, "expand_ratio": None, "num_heads": 2, "T": 37},
        "conv": {**H, "expand_ratio": 16, "use_short_conv": True, "T": 70}, "no_affine": {**H, "expand_ratio": 16, "elementwise_affine": False, "T": 37}, "both": {**H, "expand_ratio": 16, "num_heads": 4, "T": 37},
    },
    "Mamba2": {
        "plain": {**H, "head_dim": 16, "state_size": 16, "T": 37}, "chunks": {**H, "head_dim": 16, "state_size": 16, "chunk_size": 32, "T": 130},
        "groups": {**H, "head_dim": 16, "state_size": 16, "n_groups": 2, "T": 37}, "bias": {**H, "head_dim": 16, "state_size": 16, "use_bias": True, "use_conv_bias": False, "T": 37},
        "no_norm": {**H, "head_dim": 16, "state_size": 16, "rmsnorm": False, "T": 37}, "norm_first": {**H, "head_dim": 16, "state_size": 16, "norm_before_gate": True, "n_groups": 2, "T": 37},
        "d_hdim": {**H, "head_dim": 16, "state_size": 16, "D_has_hdim": True, "T": 37}, "limit": {**H, "head_dim": 16, "state_size": 16, "dt_limit": [0.01, 0.1], "T": 37},
        "expand": {**H, "head_dim": 16, "state_size": 32, "expand": 1, "conv_kernel": 3, "T": 65},
    },
    "RWKV7Attention": {
        "first": {**H, "head_dim": 16, "layer_idx": 0, "num_hidden_layers": 2, "T": 37}, "chunk": {**H, "head_dim": 32, "layer_idx": 0, "num_hidden_layers": 3, "T": 130},
        "second": {**H, "head_dim": 16, "layer_idx": 1, "num_hidden_layers": 2, "T": 37}, "second_chunk": {**H, "head_dim": 16, "layer_idx": 1, "num_hidden_layers": 2, "T": 70},
        "fused": {**H, "head_dim": 16, "layer_idx": 0, "num_hidden_layers": 2, "fuse_norm": True, "T": 37},
        "ranks": {**H, "head_dim": 16, "layer_idx": 0, "num_hidden_layers": 2, "decay_low_rank_dim": 8, "gate_low_rank_dim": 12, "a_low_rank_dim": 4, "T": 65},
        "heads": {**H, "head_dim": None, "num_heads": 4, "layer_idx": 0, "num_hidden_layers": 2, "T": 64},
        "no_affine": {**H, "head_dim": 16, "layer_idx": None, "num_hidden_layers": 2, "elementwise_affine": False, "T": 37},
    },
    "LinearAttention": {
        "plain": {**HEADS, "T": 37}, "chunk": {**HEADS, "T": 130}, "elu": {**HEADS, "feature_map": "elu", "T": 37}, "relu": {**HEADS, "feature_map": "relu", "T": 37},
        "identity": {**HEADS, "feature_map": "identity", "T": 70}, "hedgehog": {**HEADS, "feature_map": "hedgehog", "T": 37}, "t2r": {**HEADS, "feature_map": "t2r", "T": 37},
        "dpfp": {**HEADS, "feature_map": "dpfp", "T": 37}, "tied": {**HEADS, "tie_feature_map_qk": True, "T": 37}, "norms": {**HEADS, "feature_map": "elu", "norm_q": True, "norm_k": True, "T": 37},
        "normalised": {**HEADS, "feature_map": "elu", "do_feature_map_norm": True, "T": 70}, "no_norm": {**HEADS, "output_norm": "identity", "T": 37}, "groups": {**HEADS, "num_heads": 4, "num_kv_heads": 2, "T": 37},
        "expansions": {**HEADS, "expand_k": 0.5, "expand_v": 2.0, "T": 65},
    },
    "GatedDeltaProduct": {
        "plain": {**GDN, "T": 37}, "three": {**GDN, "num_householder": 3, "T": 37}, "one": {**GDN, "num_householder": 1, "T": 64}, "no_forget": {**GDN, "use_forget_gate": False, "T": 37},
        "no_gate": {**GDN, "use_output_gate": False, "T": 37}, "positive": {**GDN, "allow_neg_eigval": False, "T": 37}, "grouped": {**GDN, "num_v_heads": 4, "expand_v": 1, "T": 37},
        "no_conv": {**GDN, "use_short_conv": False, "T": 37}, "conv_bias": {**GDN, "conv_bias": True, "T": 37},
    },
}
M = {"hidden_size": 64, "num_hidden_layers": 3, "vocab_size": 97, "fuse_cross_entropy": False}
MODELS = {
    "GatedDeltaNet": ("gated_deltanet", "GatedDeltaNet", {**M, "head_dim": 16, "num_heads": 2}), "KimiDeltaAttention": ("kda", "KDA", {**M, "head_dim": 16, "num_heads": 2}),
    "DeltaNet": ("delta_net", "DeltaNet", {**M, "num_heads": 2}), "GatedLinearAttention": ("gla", "GLA", {**M, "num_heads": 2}), "MultiScaleRetention": ("retnet", "RetNet", {**M, "num_heads": 2}),
    "HGRN2Attention": ("hgrn2", "HGRN2", {**M, "expand_ratio": 16}), "LinearAttention": ("linear_attn", "LinearAttention", {**M, "num_heads": 2}),
    "GatedDeltaProduct": ("gated_deltaproduct", "GatedDeltaProduct", {**M, "head_dim": 16, "num_heads": 2}),
    "Mamba2": ("mamba2", "Mamba2", {**M, "head_dim": 16, "state_size": 16}),
    "RWKV7Attention": ("rwkv7", "RWKV7", {**M, "head_dim": 16, "decay_low_rank_dim": 16, "gate_low_rank_dim": 16, "a_low_rank_dim": 16}),
}

def scatter(module, generator):
    """Random values of a size that lets every part matter."""
    with torch.no_grad():
        for name, p in module.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            last = name.split(".")[-1]
            if last == "A_log": value = torch.rand(p.shape, generator=generator) * 1.5
            elif last == "dt_bias": value = noise - 2
            elif "norm" in name and last == "weight": value = 1 + 0.2 * noise
            elif p.dim() >= 2 and not name.split(".")[-1].startswith("x_"): value = noise / p.shape[-1] ** 0.5 * (2 if "conv" not in name else 1)
            else: value = 0.5 * noise
            p.copy_(value)

def layer(out, kind, name, entry, index):
    arguments = {k: v for k, v in entry.items() if k != "T"}
    module = getattr(importlib.import_module("fla.layers." + MODULES[kind]), kind)
    torch.manual_seed(1)
    net = module(**arguments).eval()
    generator = torch.Generator().manual_seed(sum(map(ord, kind + name)))
    scatter(net, generator)
    net = net.cuda()
    x = torch.randn(2, entry["T"], 64, generator=generator)
    extra = {}
    if kind == "RWKV7Attention" and entry.get("layer_idx") != 0:
        extra["v_first"] = torch.randn(2, entry["T"], entry.get("value_dim") or 64, generator=generator)
    with torch.no_grad():
        y = net(x.cuda(), **{k: v.cuda() for k, v in extra.items()})
    y = (y[0] if isinstance(y, tuple) else y).float().cpu()
    assert y.isfinite().all(), "not finite"
    full = f"{kind}.{name}"
    save_file({**{"w." + k: v.detach().float().cpu().contiguous().clone() for k, v in net.state_dict().items()}, "x": x, "y": y.contiguous(), **extra}, f"{out}/layers/{full}.safetensors")
    index[full] = {"cls": kind, **entry}

def model(out, kind):
    folder, prefix, arguments = MODELS[kind]
    package = importlib.import_module("fla.models." + folder)
    config = getattr(package, prefix + "Config")(**arguments)
    net = getattr(package, prefix + "ForCausalLM")(config).eval()
    generator = torch.Generator().manual_seed(7)
    scatter(net, generator)
    net = net.cuda()
    ids = torch.randint(0, 97, (2, 40), generator=generator)  # FLA's delta rules take float32 up to 64 tokens only
    with torch.no_grad():
        logits = net(ids.cuda(), use_cache=False, return_dict=True, output_hidden_states=False, output_attentions=False).logits.float().cpu()
    assert logits.isfinite().all(), "not finite"
    place = f"{out}/models/{folder}"
    os.makedirs(place, exist_ok=True)
    config.save_pretrained(place)
    save_file({k: v.detach().cpu().contiguous().clone() for k, v in net.state_dict().items()}, place + "/model.safetensors")
    save_file({"ids": ids.int(), "logits": logits.contiguous()}, place + "/expected.safetensors")

def main():
    out, wanted = sys.argv[1], sys.argv[2:] or list(LAYERS)
    os.makedirs(out + "/layers", exist_ok=True)
    for kind in wanted:
        index = {}
        for name, entry in [item for item in LAYERS[kind].items() if item[1]["T"] <= int(os.environ.get("MOST_TOKENS", "1000000"))]:
            try:
                layer(out, kind, name, entry, index)
                print("layer", kind, name, "ok", flush=True)
            except Exception as error:
                print("layer", kind, name, "FAILED", type(error).__name__, str(error)[-300:].replace("\n", " "), flush=True)
        json.dump(index, open(f"{out}/layers/{kind}.part", "w"))
        try:
            model(out, kind)
            print("model", kind, "ok", flush=True)
        except Exception:
            print("model", kind, "FAILED", traceback.format_exc()[-900:], flush=True)

if __name__ == "__main__":
    main()
