#!/usr/bin/env python3
#
# Part of the Conorm project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counterpart of compile_time.py: torch's pattern matcher on the same decoder.

Traces the decoder that compile_time.py generates to an FX graph, with the
collective and the norm as custom operators. Then applies patterns equivalent to
Conorm's with torch._inductor.pattern_matcher: all_reduce and norm, with and
without a residual, over the weight and over its f32 sum with one. Prints JSON
with the processor time of the fusion only, without tracing and compiling the
patterns. Exit code 77 means that torch is not installed.
"""

import argparse
import json
import sys
import time

try:
    import torch
    import torch._inductor.pattern_matcher as matcher
    from torch._inductor.decomposition import select_decomp_table
    from torch.fx.experimental.proxy_tensor import make_fx
except ImportError:
    sys.exit(77)

EPSILON = 1.0e-6
ROWS, HIDDEN = 4, 64


@torch.library.custom_op("conorm_peer::all_reduce", mutates_args=())
def all_reduce(x: torch.Tensor, group: str) -> torch.Tensor:
    return x.clone()


@torch.library.custom_op("conorm_peer::rms_norm", mutates_args=())
def rms_norm(x: torch.Tensor, weight: torch.Tensor, epsilon: float) -> torch.Tensor:
    return x.clone()


@torch.library.custom_op("conorm_peer::fused", mutates_args=())
def fused(
    x: torch.Tensor, residual: torch.Tensor, weight: torch.Tensor, bias: float, epsilon: float
) -> tuple[torch.Tensor, torch.Tensor]:
    return x.clone(), x.clone()


@torch.library.custom_op("conorm_peer::fused_plain", mutates_args=())
def fused_plain(
    x: torch.Tensor, weight: torch.Tensor, bias: float, epsilon: float
) -> torch.Tensor:
    return x.clone()


all_reduce.register_fake(lambda x, group: torch.empty_like(x))
rms_norm.register_fake(lambda x, weight, epsilon: torch.empty_like(x))
fused.register_fake(
    lambda x, residual, weight, bias, epsilon: (torch.empty_like(x), torch.empty_like(x))
)
fused_plain.register_fake(lambda x, weight, bias, epsilon: torch.empty_like(x))
OPS = torch.ops.conorm_peer


def make_pattern(has_residual, has_bias):
    """The pattern to search for, and its replacement."""

    def norm(value, weight):
        return OPS.rms_norm(value, weight.float() + 1.0 if has_bias else weight, EPSILON)

    def search_residual(x, residual, weight):
        value = OPS.all_reduce(x, "tp") + residual
        return norm(value, weight), value

    def replace_residual(x, residual, weight):
        return OPS.fused(x, residual, weight, float(has_bias), EPSILON)

    def search_plain(x, weight):
        return norm(OPS.all_reduce(x, "tp"), weight)

    def replace_plain(x, weight):
        return OPS.fused_plain(x, weight, float(has_bias), EPSILON)

    if has_residual:
        return search_residual, replace_residual
    return search_plain, replace_plain


def make_pass():
    patterns = matcher.PatternMatcherPass(pass_name="conorm_peer")
    # Each gets its own tensor: the tracer would merge two that are the same.
    data, residual = (torch.empty(ROWS, HIDDEN, dtype=torch.bfloat16) for _ in range(2))
    weight = torch.empty(HIDDEN, dtype=torch.bfloat16)
    for has_residual in (True, False):
        for has_bias in (True, False):
            search, replace = make_pattern(has_residual, has_bias)
            inputs = [data, residual, weight] if has_residual else [data, weight]
            matcher.register_replacement(search, replace, inputs, matcher.fwd_only, patterns)
    return patterns


def make_decoder(layers):
    def decoder(x, residual, weights, matrices):
        for layer in range(layers):
            for half in range(2):
                for step in range(2):
                    x = torch.mm(x, matrices[4 * layer + 2 * half + step])
                residual = OPS.all_reduce(x, "tp") + residual
                gamma = weights[2 * layer + half].float() + 1.0
                x = OPS.rms_norm(residual, gamma, EPSILON)
        return x, residual

    return decoder


def trace(layers):
    data, residual = (torch.empty(ROWS, HIDDEN, dtype=torch.bfloat16) for _ in range(2))
    weights = [torch.empty(HIDDEN, dtype=torch.bfloat16) for _ in range(2 * layers)]
    matrices = [torch.empty(HIDDEN, HIDDEN, dtype=torch.bfloat16) for _ in range(4 * layers)]
    # The decompositions that patterns are traced with.
    tracer = make_fx(
        make_decoder(layers), tracing_mode="fake", decomposition_table=select_decomp_table()
    )
    return tracer(data, residual, weights, matrices)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=80)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    patterns = make_pass()
    times = []
    for _ in range(arguments.runs):
        module = trace(arguments.layers)
        start = time.process_time()
        sites = patterns.apply(module.graph)
        times.append(time.process_time() - start)
    if sites != 2 * arguments.layers:
        sys.exit(f"expected {2 * arguments.layers} fused sites, found {sites}")
    nodes = sum(1 for _ in trace(arguments.layers).graph.nodes)
    json.dump(
        {"torch": torch.__version__, "seconds": min(times), "sites": sites, "nodes": nodes},
        sys.stdout,
    )
    print()


if __name__ == "__main__":
    main()
