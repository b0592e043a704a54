#!/usr/bin/env python3
"""Times the decoder layers of layers.py in PyTorch, on one rank in a CUDA graph.

usage: torch_layers.py [--cases MODEL/H/T/TYPE,...] [--ranks N] [--layers L]

Shapes are those of a rank of N, as layers.py writes them; nothing is reduced
over ranks. Each case is timed as PyTorch runs it and, where torch.compile
works, as it compiles it; the faster one counts. Prints a JSON object for each
case, on a line of its own.
"""

import argparse
import json
import statistics

import torch
import torch.nn.functional as F

HEAD = 128


def rms_norm(x, weight, gemma):
    wide = x.float()
    if gemma:
        scaled = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)
        return (scaled * (1.0 + weight.float())).to(x.dtype)
    scaled = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-5)
    return weight * scaled.to(x.dtype)


class Layers:
    def __init__(self, model, hidden, tokens, kind, ranks, count):
        self.gemma = model == "qwen3_next"
        self.fp8 = kind == "fp8"
        self.count = count
        self.width = hidden // ranks
        mlp = hidden * 7 // 2 // ranks
        parts = 4 if self.gemma else 3
        self.weights = {
            "qkv": self.weight(parts * self.width, hidden),
            "o": self.weight(hidden, self.width),
            "gate": self.weight(mlp, hidden),
            "up": self.weight(mlp, hidden),
            "down": self.weight(hidden, mlp),
        }
        self.input_norm = torch.randn(hidden, device="cuda", dtype=torch.bfloat16)
        self.post_norm = torch.randn(hidden, device="cuda", dtype=torch.bfloat16)
        self.q_norm = torch.randn(HEAD, device="cuda", dtype=torch.bfloat16)
        self.k_norm = torch.randn(HEAD, device="cuda", dtype=torch.bfloat16)
        self.input = torch.randn(tokens, hidden, device="cuda", dtype=torch.bfloat16)

    def weight(self, rows, cols):
        value = torch.randn(rows, cols, device="cuda") / cols**0.5
        if not self.fp8:
            return value.to(torch.bfloat16)
        scale = value.abs().amax(-1, keepdim=True) / 448
        return (value / scale).to(torch.float8_e4m3fn), scale.t().contiguous()

    def product(self, x, name):
        if not self.fp8:
            return F.linear(x, self.weights[name])
        weight, weight_scale = self.weights[name]
        value, scale = x
        return torch._scaled_mm(
            value, weight.t(), scale_a=scale, scale_b=weight_scale,
            out_dtype=torch.bfloat16)

    def quantize(self, x):
        if not self.fp8:
            return x
        scale = x.float().abs().amax(-1, keepdim=True) / 448
        return (x.float() / scale).clamp(-448, 448).to(torch.float8_e4m3fn), scale

    def heads(self, x, weight):
        return rms_norm(x.view(x.shape[0], -1, HEAD), weight, True).flatten(1)

    def layer(self, residual, normed):
        parts = self.product(self.quantize(normed), "qkv").split(self.width, -1)
        q, k, v = parts[:3]
        if self.gemma:
            q, k = self.heads(q, self.q_norm), self.heads(k, self.k_norm)
        attention = q * k + v
        if self.gemma:
            attention = torch.sigmoid(parts[3]) * attention
        residual = residual + self.product(self.quantize(attention), "o")
        x = self.quantize(rms_norm(residual, self.post_norm, self.gemma))
        act = F.silu(self.product(x, "gate")) * self.product(x, "up")
        residual = residual + self.product(self.quantize(act), "down")
        return residual, rms_norm(residual, self.input_norm, self.gemma)

    def run(self, x):
        residual, normed = x, rms_norm(x, self.input_norm, self.gemma)
        for _ in range(self.count):
            residual, normed = self.layer(residual, normed)
        return normed


def time_graph(function, x, repeats=30):
    """Median microseconds of a replay."""
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream), torch.no_grad():
        for _ in range(3):
            function(x)
        stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream):
            function(x)
    times = []
    for _ in range(repeats):
        start = torch.cuda.Event(enable_timing=True)
        end = torch.cuda.Event(enable_timing=True)
        start.record()
        graph.replay()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) * 1000)
    return statistics.median(times)


def measure(case, options):
    model, hidden, tokens, kind = case.split("/")
    layers = Layers(model, int(hidden), int(tokens), kind, options.ranks, options.layers)
    result = {"eager_us": time_graph(layers.run, layers.input) / options.layers}
    try:
        compiled = torch.compile(layers.run)
        result["compiled_us"] = time_graph(compiled, layers.input) / options.layers
    except Exception as error:  # Whatever the compiler lacks on this machine.
        result["compile_error"] = str(error).splitlines()[0][:200]
    result["us"] = min(result["eager_us"], result.get("compiled_us", float("inf")))
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", default="llama/4096/1/bf16")
    parser.add_argument("--ranks", type=int, default=4)
    parser.add_argument("--layers", type=int, default=4)
    options = parser.parse_args()
    for case in options.cases.split(","):
        # What was compiled for one case is not looked at for another.
        torch._dynamo.reset()
        try:
            result = measure(case, options)
        except Exception as error:  # The next case may do.
            result = {"error": str(error).splitlines()[0][:200]}
        torch.cuda.empty_cache()
        print(json.dumps(dict(result, case=case, torch=torch.__version__)),
              flush=True)


if __name__ == "__main__":
    main()
