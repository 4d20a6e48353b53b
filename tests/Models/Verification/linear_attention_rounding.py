"""Which side rounds? The LinearAttention case of 130 tokens from an installed flash-linear-attention, beside its definition in float64: python3 linear_attention_rounding.py OUT

Prints, for FLA's chunked and recurrent float32 kernels, the largest error relative to the largest value, and where it is: at the first token, whose output before the
norm is close to zero. OUT gets both as layer cases (`chunk`, `fused_recurrent`) and the definition's result as a third (`exact`) for `lt2 verify OUT`.
TRITON_F32_DEFAULT=ieee turns TensorFloat-32 off in FLA's kernels.
"""
import importlib, json, os, sys
import torch
import fla_cases
from safetensors.torch import save_file

ENTRY = fla_cases.LAYERS["LinearAttention"]["chunk"]
ARGUMENTS = {k: v for k, v in ENTRY.items() if k != "T"}

def exact(net, x):
    """The layer's definition, all tokens at once: causal sum of (q·k) v without decay, RMS norm of each head, output projection."""
    q, k, v = (p(x).view(*x.shape[:2], ARGUMENTS["num_heads"], -1) for p in (net.q_proj, net.k_proj, net.v_proj))
    q, k = net.feature_map_q(q), net.feature_map_k(k)
    weights = torch.einsum("bthd,bshd->bhts", q, k).mul(q.shape[-1] ** -0.5).tril()
    o = torch.einsum("bhts,bshe->bthe", weights, v)
    o = o * torch.rsqrt(o.pow(2).mean(-1, keepdim=True) + 1e-5) * net.norm.weight
    return net.o_proj(o.flatten(2))

def main(out):
    os.makedirs(out, exist_ok=True)
    def save(name, net, x, y):
        weights = {"w." + k: p.detach().float().cpu().contiguous().clone() for k, p in net.state_dict().items()}
        save_file({**weights, "x": x, "y": y.float().contiguous()}, f"{out}/LinearAttention.{name}.safetensors")
    for mode in ("chunk", "fused_recurrent"):
        torch.manual_seed(1)
        net = importlib.import_module("fla.layers.linear_attn").LinearAttention(**ARGUMENTS, mode=mode).eval()
        generator = torch.Generator().manual_seed(sum(map(ord, "LinearAttention" + "chunk")))  # as fla_cases draws this case
        fla_cases.scatter(net, generator)
        x = torch.randn(2, ENTRY["T"], ARGUMENTS["hidden_size"], generator=generator)
        with torch.no_grad():
            expected = exact(net.double(), x.double())
            y = net.float().cuda()(x.cuda())
        y = (y[0] if isinstance(y, tuple) else y).float().cpu()
        error = (y.double() - expected).abs()
        print(mode, f"{(error.max() / expected.abs().max()).item():.2e}", "at batch, token, channel", torch.nonzero(error == error.max())[0].tolist())
        save(mode, net, x, y)
        save("exact", net, x, expected)
    names = ("chunk", "fused_recurrent", "exact")
    json.dump({f"LinearAttention.{name}": {"cls": "LinearAttention", **ENTRY} for name in names}, open(f"{out}/index.json", "w"), indent=1)

if __name__ == "__main__":
    main(sys.argv[1])
