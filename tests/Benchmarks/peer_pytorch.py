"""The same steps in PyTorch, for the same run: python3 peer_pytorch.py training decode prefill [--json FILE].

Looped transformer with RMSNorm, rotary attention through SDPA and SwiGLU; the training step copies the next batch in, runs under
bfloat16 autocast with float32 weights, clips, and updates with fused AdamW. Prints one JSON line a figure.
"""
import json, statistics, sys, torch
import torch.nn as nn, torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, d, heads, inner):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.RMSNorm(d, eps=1e-6), nn.RMSNorm(d, eps=1e-6)
        self.qkv, self.out = nn.Linear(d, 3 * d, bias=False), nn.Linear(d, d, bias=False)
        self.up, self.down = nn.Linear(d, 2 * inner, bias=False), nn.Linear(inner, d, bias=False)

    def rotate(self, x, cosine, sine):  # [B, L, H, D], adjacent pairs
        a, b = x.float().unflatten(-1, (-1, 2)).unbind(-1)
        return torch.stack([a * cosine - b * sine, a * sine + b * cosine], -1).flatten(-2).to(x.dtype)

    def forward(self, h, cosine, sine, cache=None, position=None, mask=None):
        q, k, v = self.qkv(self.norm1(h)).unflatten(-1, (3 * self.heads, -1)).split(self.heads, 2)
        q, k = self.rotate(q, cosine, sine), self.rotate(k, cosine, sine)
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        if cache is None:
            o = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            cache[0].index_copy_(2, position, k), cache[1].index_copy_(2, position, v)
            o = F.scaled_dot_product_attention(q, cache[0], cache[1], attn_mask=mask)
        h = h + self.out(o.transpose(1, 2).flatten(2))
        gate, up = self.up(self.norm2(h)).chunk(2, -1)
        return h + self.down(F.silu(gate) * up)


class Looped(nn.Module):
    def __init__(self, d, layers, loops, heads, inner, vocabulary, length):
        super().__init__()
        self.loops = loops
        self.embedding = nn.Embedding(vocabulary, d)
        self.blocks = nn.ModuleList(Block(d, heads, inner) for _ in range(layers))
        self.norm = nn.RMSNorm(d, eps=1e-6)
        width = d // heads
        angles = torch.outer(torch.arange(length).double(), 10000.0 ** (-torch.arange(0, width, 2).double() / width))
        self.register_buffer("cosine", angles.cos().float()[:, None]), self.register_buffer("sine", angles.sin().float()[:, None])

    def forward(self, ids):
        h, n = self.embedding(ids), ids.shape[1]
        for _ in range(self.loops):
            for block in self.blocks:
                h = block(h, self.cosine[:n], self.sine[:n])
        return self.norm(h)

    def decode(self, ids, position, caches, mask):
        h, i = self.embedding(ids), 0
        cosine, sine = self.cosine[position], self.sine[position]
        for _ in range(self.loops):
            for block in self.blocks:
                h = block(h, cosine, sine, caches[i], position, mask)
                i += 1
        return self.norm(h)


def timed(work, repetitions, blocks):
    for _ in range(3):
        work()
    times = []
    for _ in range(blocks):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(repetitions):
            work()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / repetitions)
    return statistics.median(times), min(times)


def captured(work):
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay


def training(name, d, layers, loops, heads, inner, vocabulary, batch, length):
    model = Looped(d, layers, loops, heads, inner, vocabulary, length).cuda()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.01, fused=True, capturable=True)
    host = [torch.randint(vocabulary, (batch, length)).pin_memory() for _ in range(8)]
    ids, labels = host[0].cuda(), host[1].cuda()

    def step():
        with torch.autocast("cuda", torch.bfloat16):
            logits = F.linear(model(ids), model.embedding.weight)
            loss = F.cross_entropy(logits.float().flatten(0, 1), labels.flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
        optimiser.step()
        optimiser.zero_grad(set_to_none=False)

    count = 0

    def with_copy(run):
        def both():
            nonlocal count
            ids.copy_(host[count % 8], non_blocking=True), labels.copy_(host[(count + 1) % 8], non_blocking=True)
            count += 1
            run()
        return both

    yield name, "PyTorch eager", timed(with_copy(step), 5, 9)
    yield name, "PyTorch graph", timed(with_copy(captured(step)), 20, 20)


def prefill(length):
    model = Looped(2048, 20, 4, 16, 5632, 256, 4096).cuda().bfloat16()
    model.cosine, model.sine = model.cosine.float(), model.sine.float()
    ids = torch.randint(256, (1, length)).cuda()
    name = f"prefill, d 2048, 20 layers x 4 loops, batch 1, length {length}"
    with torch.no_grad():
        yield name, "PyTorch eager", timed(lambda: model(ids), 2, 7)
        yield name, "PyTorch graph", timed(captured(lambda: model(ids)), 3, 7)


def decode(batch, context):
    model = Looped(2048, 20, 4, 16, 5632, 256, context).cuda().bfloat16()
    model.cosine, model.sine = model.cosine.float(), model.sine.float()
    caches = [torch.randn(2, batch, 16, context, 128, device="cuda", dtype=torch.bfloat16) for _ in range(80)]
    ids, position = torch.randint(256, (batch, 1)).cuda(), torch.tensor([context - 1]).cuda()
    name = f"decode step, d 2048, 20 layers x 4 loops, batch {batch}, context {context}"
    with torch.no_grad():
        yield name, "PyTorch eager", timed(lambda: model.decode(ids, position, caches, None), 1, 9)
        yield name, "PyTorch graph", timed(captured(lambda: model.decode(ids, position, caches, None)), 5, 9)


def main():
    arguments = sys.argv[1:]
    file = arguments[arguments.index("--json") + 1] if "--json" in arguments else None
    figures = {
        "training": lambda: training("training step, looped-full@d128, 2 layers x 4 loops, batch 64, length 256, vocabulary 8192", 128, 2, 4, 4, 512, 8192, 64, 256),
        "training-language": lambda: training("training step, looped-full@d512, 6 layers x 4 loops, batch 32, length 512, vocabulary 32768", 512, 6, 4, 8, 1408, 32768, 32, 512),
        "prefill": lambda: prefill(1024),
        "decode": lambda: decode(8, 2048),
        "decode-8k": lambda: decode(8, 8192),
    }
    for wanted in (a for a in arguments if a in figures):
        for name, execution, (median, fastest) in figures[wanted]():
            line = json.dumps({"Name": name, "Execution": execution, "MedianMilliseconds": median, "MinimumMilliseconds": fastest,
                               "Gpu": torch.cuda.get_device_name(), "PyTorch": torch.__version__})
            print(line, flush=True)
            if file:
                open(file, "a").write(line + "\n")
        torch.cuda.empty_cache()


main()
