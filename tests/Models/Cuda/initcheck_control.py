# What compute-sanitizer's initcheck says of PyTorch alone, without a kernel of ours, every tensor in memory of its own:
#   PYTORCH_NO_CUDA_MEMORY_CACHING=1 compute-sanitizer --tool initcheck --show-backtrace no python3 tests/Models/Cuda/initcheck_control.py
# It takes what cuBLAS and cuDNN store by the copy engine for uninitialised; of the sum, which an ordinary kernel stores, it says nothing.
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel


def draw(*shape):
    return torch.randn(*shape, device="cuda", dtype=torch.bfloat16)


def look(name, tensor):
    print(name, tensor.float().sum().item(), flush=True)


look("small product", draw(1, 3, 512) @ draw(512, 512))
look("larger product", draw(512, 1024) @ draw(1024, 768))
q, k, v = (draw(1, 2, 256, 64) for _ in range(3))
with sdpa_kernel(SDPBackend.CUDNN_ATTENTION):
    look("cuDNN attention", torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True))
look("sum", q + k)
