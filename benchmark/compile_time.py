#!/usr/bin/env python3
#
# Part of the Conorm project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compile time against the number of decoder layers.

For generated modules it prints the time of the fusion pass alone for each
operation, without the verifier, and the time of the whole pipeline. Each time
is the least of several runs. With --check the exit tells whether the fusion
pass keeps to its bar: less than 5 us an operation up to 1000 layers, and no more
than twice as much for 1000 layers as for 10.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

MATRIX = """  %{name}_start = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x64xf32>) -> tensor<4x64xf32>
  %{name}_wide = linalg.matmul ins({input}, %m : tensor<4x64xbf16>, tensor<64x64xbf16>)
    outs(%{name}_start : tensor<4x64xf32>) -> tensor<4x64xf32>
  %{name} = arith.truncf %{name}_wide : tensor<4x64xf32> to tensor<4x64xbf16>
"""

SITE = """  %{name}_sum = comm.all_reduce {input} on @tp : tensor<4x64xbf16>
  %{name}_residual = arith.addf %{name}_sum, {residual} : tensor<4x64xbf16>
  %{name}_wide_weight = arith.extf %w : tensor<64xbf16> to tensor<64xf32>
  %{name}_gamma = arith.addf %{name}_wide_weight, %one : tensor<64xf32>
  %{name} = norm.rms_norm %{name}_residual weight(%{name}_gamma : tensor<64xf32>)
    {{epsilon = 1.0e-6 : f32}} : tensor<4x64xbf16>
"""

HEAD = """comm.group @tp
func.func @decoder(%x: tensor<4x64xbf16>, %r: tensor<4x64xbf16>, %w: tensor<64xbf16>,
                   %m: tensor<64x64xbf16>) -> tensor<4x64xbf16> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant dense<1.0> : tensor<64xf32>
  %empty = tensor.empty() : tensor<4x64xf32>
"""


def make_module(layers):
    """A layer is four products and two sites: 22 operations."""
    parts = [HEAD]
    value, residual = "%x", "%r"
    for layer in range(layers):
        for half in ("attention", "mlp"):
            for step in ("in", "out"):
                name = f"{half}{layer}_{step}"
                parts.append(MATRIX.format(name=name, input=value))
                value = f"%{name}"
            name = f"norm_{half}{layer}"
            parts.append(SITE.format(name=name, input=value, residual=residual))
            value, residual = f"%{name}", f"%{name}_residual"
    parts.append(f"  return {value} : tensor<4x64xbf16>\n}}\n")
    return "".join(parts)


def count_ops(layers):
    return 22 * layers + 6


def run(command):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    return seconds, done.stderr.decode()


def time_fusion(opt, path, runs):
    """Seconds in the fusion pass alone, as MLIR's own timer gives them."""
    command = [
        opt,
        path,
        "--fuse-all-reduce-norm",
        "--verify-each=0",
        "--mlir-timing",
        "--mlir-timing-display=list",
        "--mlir-disable-threading",
        "-o",
        os.devnull,
    ]
    times = []
    for _ in range(runs):
        _, report = run(command)
        match = re.search(r"^\s*([\d.]+) \(.*\)\s+FuseAllReduceNorm", report, re.MULTILINE)
        if not match:
            sys.exit(f"expected a time of FuseAllReduceNorm, found:\n{report}")
        times.append(float(match.group(1)))
    return min(times)


def time_pipeline(opt, path, runs):
    return min(run([opt, path, "--conorm-to-llvm", "-o", os.devnull])[0] for _ in range(runs))


def time_compile(tool, path, output):
    return run([tool, path, "-o", output])[0]


def report_fusion(arguments, directory):
    print("fusion pass alone, no verifier")
    print(f"{'layers':>8} {'operations':>11} {'ms':>10} {'us/op':>8}")
    costs = {}
    for layers in arguments.layers:
        path = os.path.join(directory, f"{layers}.mlir")
        with open(path, "w") as file:
            file.write(make_module(layers))
        seconds = time_fusion(arguments.opt, path, arguments.runs)
        costs[layers] = seconds / count_ops(layers) * 1e6
        print(
            f"{layers:8} {count_ops(layers):11} {seconds * 1e3:10.2f} {costs[layers]:8.2f}",
            flush=True,
        )
    return costs


def report_pipeline(arguments, directory):
    print("\nwhole pipeline (--conorm-to-llvm), and conorm-compile to a shared object")
    print(f"{'layers':>8} {'operations':>11} {'pipeline s':>11} {'us/op':>8} {'compile s':>10}")
    for layers in arguments.pipeline_layers:
        path = os.path.join(directory, f"pipeline-{layers}.mlir")
        with open(path, "w") as file:
            file.write(make_module(layers))
        seconds = time_pipeline(arguments.opt, path, 1 if layers > 20 else arguments.runs)
        text = f"{layers:8} {count_ops(layers):11} {seconds:11.2f} {seconds / count_ops(layers) * 1e6:8.1f}"
        if layers <= arguments.compile_up_to:
            output = os.path.join(directory, "out.so")
            text += f" {time_compile(arguments.compile, path, output):10.2f}"
        print(text, flush=True)


def check(costs):
    """The bar of the fusion pass; large modules are reported only."""
    held = {layers: cost for layers, cost in costs.items() if layers <= 1000}
    slow = [f"{layers} layers: {cost:.2f} us/op" for layers, cost in held.items() if cost >= 5]
    if slow:
        print(f"expected less than 5 us an operation, found {', '.join(slow)}")
        return 1
    if min(held) <= 10 and max(held) >= 1000 and held[max(held)] > 2 * held[min(held)]:
        print("expected a linear cost, found it growing with the number of layers")
        return 1
    print("the fusion pass stays below 5 us an operation")
    return 0


def main():
    build = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "build", "bin")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--opt", default=os.path.join(build, "conorm-opt"))
    parser.add_argument("--compile", default=os.path.join(build, "conorm-compile"))
    parser.add_argument("--layers", type=int, nargs="+", default=[10, 30, 100, 300, 1000, 10000])
    parser.add_argument("--pipeline-layers", type=int, nargs="*", default=[2, 10, 50, 100, 200])
    parser.add_argument("--compile-up-to", type=int, default=50, metavar="LAYERS")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        costs = report_fusion(arguments, directory)
        if arguments.pipeline_layers:
            report_pipeline(arguments, directory)
    return check(costs) if arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
