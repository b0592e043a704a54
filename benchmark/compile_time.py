#!/usr/bin/env python3
#
# Part of the Conorm project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compile time against the number of decoder layers.

For generated decoders it prints the processor time per operation of the fusion
pass alone, of --conorm-fuse, of all of --conorm-to-llvm, and of --conorm-fuse of
decoders in StableHLO, which are raised first, without parsing and printing, and
the peak memory of a process. It also prints the time of conorm-compile and, if
torch is installed, the time that torch's pattern matcher takes for the same
fusions (--torch-python names the interpreter that has torch). Each time is the
minimum over several processes.

With --check the exit status tells whether these limits hold:
* per operation, --conorm-fuse takes at most 1.3 times as long with 10,000
  layers as with 100, and --conorm-to-llvm at most 1.5 times as long with 1,000;
* the fusion pass takes less than 5 us per operation;
* --conorm-fuse of StableHLO takes less than 10 us per operation, and at most 1.3
  times as long with 10,000 layers as with 100;
* --conorm-fuse takes less than 30 ms for 80 layers, and at most a hundredth of
  torch's time for each fused site.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import stablehlo_module

MATRIX = """  %{name}_empty = tensor.empty() : tensor<4x{columns}xf32>
  %{name}_start = linalg.fill ins(%zero : f32) outs(%{name}_empty : tensor<4x{columns}xf32>) -> tensor<4x{columns}xf32>
  %{name}_wide = linalg.matmul ins({input}, %w_{name} : tensor<4x{rows}xbf16>, tensor<{rows}x{columns}xbf16>)
    outs(%{name}_start : tensor<4x{columns}xf32>) -> tensor<4x{columns}xf32>
  %{name} = arith.truncf %{name}_wide : tensor<4x{columns}xf32> to tensor<4x{columns}xbf16>
"""

# Stands in for rotary embedding and softmax.
ATTENTION = """  %q{layer} = tensor.extract_slice %qkv{layer}[0, 0] [4, 64] [1, 1] : tensor<4x192xbf16> to tensor<4x64xbf16>
  %k{layer} = tensor.extract_slice %qkv{layer}[0, 64] [4, 64] [1, 1] : tensor<4x192xbf16> to tensor<4x64xbf16>
  %v{layer} = tensor.extract_slice %qkv{layer}[0, 128] [4, 64] [1, 1] : tensor<4x192xbf16> to tensor<4x64xbf16>
  %scores{layer} = arith.mulf %q{layer}, %k{layer} : tensor<4x64xbf16>
  %attention{layer} = arith.addf %scores{layer}, %v{layer} : tensor<4x64xbf16>
"""

GATE = """  %hidden{layer} = arith.mulf %gate{layer}, %up{layer} : tensor<4x128xbf16>
"""

SITE = """  %{name}_sum = comm.all_reduce {input} on @tp : tensor<4x64xbf16>
  %{name}_residual = arith.addf %{name}_sum, {residual} : tensor<4x64xbf16>
  %{name}_wide_weight = arith.extf %w_{name} : tensor<64xbf16> to tensor<64xf32>
  %{name}_gamma = arith.addf %{name}_wide_weight, %one : tensor<64xf32>
  %{name} = norm.rms_norm %{name}_residual weight(%{name}_gamma : tensor<64xf32>)
    {{epsilon = 1.0e-6 : f32}} : tensor<4x64xbf16>
"""

# Name, rows and columns of a layer's matrices.
MATRICES = (("qkv", 64, 192), ("o", 64, 64), ("gate", 64, 128), ("up", 64, 128), ("down", 128, 64))
BAR_PASS, BAR_FUSE, BAR_PIPELINE, BAR_MILLISECONDS, BAR_TORCH = 5, 1.3, 1.5, 30, 100
BAR_RAISE = 10


def make_module(layers):
    """A decoder like Gemma's: two sites in each layer, weights as arguments."""
    arguments, body = [], []
    shapes = {name: (rows, columns) for name, rows, columns in MATRICES}

    def multiply(layer, kind, value):
        rows, columns = shapes[kind]
        name = f"{kind}{layer}"
        arguments.append(f"%w_{name}: tensor<{rows}x{columns}xbf16>")
        body.append(MATRIX.format(name=name, input=value, rows=rows, columns=columns))
        return f"%{name}"

    def normalize(name, value, residual):
        arguments.append(f"%w_{name}: tensor<64xbf16>")
        body.append(SITE.format(name=name, input=value, residual=residual))
        return f"%{name}", f"%{name}_residual"

    value, residual = "%x", "%r"
    for layer in range(layers):
        multiply(layer, "qkv", value)
        body.append(ATTENTION.format(layer=layer))
        partial = multiply(layer, "o", f"%attention{layer}")
        value, residual = normalize(f"middle{layer}", partial, residual)
        multiply(layer, "gate", value)
        multiply(layer, "up", value)
        body.append(GATE.format(layer=layer))
        partial = multiply(layer, "down", f"%hidden{layer}")
        value, residual = normalize(f"next{layer}", partial, residual)
    head = (
        "comm.group @tp\nfunc.func @decoder(%x: tensor<4x64xbf16>, %r: tensor<4x64xbf16>, "
        + ", ".join(arguments)
        + ") -> tensor<4x64xbf16> {\n  %zero = arith.constant 0.0 : f32\n"
        + "  %one = arith.constant dense<1.0> : tensor<64xf32>\n"
    )
    return head + "".join(body) + f"  return {value} : tensor<4x64xbf16>\n}}\n"


class Modules:
    """Generated modules, each in a file."""

    def __init__(self, directory, make=make_module, name=""):
        self.directory, self.make, self.name = directory, make, name

    def get(self, layers):
        path = os.path.join(self.directory, f"{self.name}{layers}.mlir")
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.write(self.make(layers))
        return path


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    return done.stdout.decode()


def measure(arguments, modules, pipeline, layer_counts, verify=False, once_from=None):
    """{layers: the least time of several processes that run the pipeline once}.

    Every round has all lengths, so that what else the machine does falls on all
    of them alike. From `once_from` layers on there is one process.
    """
    flags = ["verify"] if verify else []
    results = {layers: [] for layers in layer_counts}
    for number in range(arguments.runs):
        for layers in layer_counts:
            if number == 0 or not once_from or layers < once_from:
                command = [arguments.bench, pipeline, modules.get(layers), "1"] + flags
                results[layers].append(json.loads(run(command)))
    least = {}
    for layers, all_results in results.items():
        least[layers] = min(all_results, key=lambda result: result["seconds"])
    return least


def report_growth(arguments, modules, pipeline, layer_counts, once_from=None):
    """Prints a table, and returns [(layers, operations, seconds, sites)]."""
    print(f"--{pipeline}: processor time without parsing and printing")
    print(
        f"{'layers':>8} {'operations':>11} {'ms':>10} {'us/op':>8} {'growth':>7} {'MiB':>6} "
        f"{'ms with verifier':>17}"
    )
    rows = []
    results = measure(arguments, modules, pipeline, layer_counts, once_from=once_from)
    short = [layers for layers in layer_counts if layers <= arguments.verify_up_to]
    verified = measure(arguments, modules, pipeline, short, verify=True)
    for layers, result in results.items():
        seconds, operations = result["seconds"], result["operations"]
        rows.append((layers, operations, seconds, result["sites"]))
        text = f"{layers:8} {operations:11} {seconds * 1e3:10.2f} {seconds / operations * 1e6:8.2f}"
        growth = get_growth(rows, 100, layers)
        text += f" {growth:7.2f}" if growth else f" {'-':>7}"
        text += f" {result['mebibytes']:6}"
        if layers in verified:
            text += f" {verified[layers]['seconds'] * 1e3:17.2f}"
        print(text, flush=True)
    return rows


def get_growth(rows, first, last):
    """Time for each operation with `last` layers over that with `first`."""
    costs = {layers: seconds / operations for layers, operations, seconds, _ in rows}
    return costs[last] / costs[first] if first in costs and last in costs else None


def report_compile(arguments, modules):
    print("\nconorm-compile to a shared object, elapsed")
    print(f"{'layers':>8} {'s':>10}")
    for layers in arguments.compile_layers:
        output = os.path.join(modules.directory, "out.so")
        start = time.perf_counter()
        run([arguments.compile, modules.get(layers), "-o", output])
        print(f"{layers:8} {time.perf_counter() - start:10.2f}", flush=True)


def report_torch(arguments, modules):
    """How many times as long torch takes for each site; None if it is absent."""
    print("\ntorch._inductor.pattern_matcher, processor time for each fused site")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pattern_matcher.py")
    command = [arguments.torch_python, script, "--runs", str(arguments.runs)]
    command += ["--layers", str(arguments.torch_layers)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode == 77:
        print("skipped: torch is not installed")
        return None
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    peer = json.loads(done.stdout)
    layers = arguments.torch_layers
    ours = measure(arguments, modules, "conorm-fuse", [layers])[layers]
    times = [result["seconds"] / result["sites"] * 1e6 for result in (peer, ours)]
    ratio = times[0] / times[1]
    print(f"torch {peer['torch']}: {peer['sites']} sites, {times[0]:.0f} us a site")
    print(f"--conorm-fuse: {ours['sites']} sites, {times[1]:.1f} us a site")
    print(f"ratio: {ratio:.0f}", flush=True)
    return ratio


def get_most(rows, least=10):
    """Most microseconds an operation."""
    # With fewer layers, compiling the patterns takes most of the time.
    costs = [seconds / operations * 1e6 for layers, operations, seconds, _ in rows if layers >= least]
    return max(costs, default=None)


def check(fusion_pass, fuse, pipeline, raised, ratio):
    milliseconds = {layers: seconds * 1e3 for layers, _, seconds, _ in fuse}
    bars = (
        ("--fuse-all-reduce-norm, most us an operation", get_most(fusion_pass), BAR_PASS),
        ("--conorm-fuse, growth from 100 to 10,000 layers", get_growth(fuse, 100, 10000), BAR_FUSE),
        ("--conorm-fuse of StableHLO, most us an operation", get_most(raised, 100), BAR_RAISE),
        ("--conorm-fuse of StableHLO, from 100 to 10,000", get_growth(raised, 100, 10000), BAR_FUSE),
        ("--conorm-to-llvm, from 100 to 1,000", get_growth(pipeline, 100, 1000), BAR_PIPELINE),
        ("--conorm-fuse of 80 layers, ms", milliseconds.get(80), BAR_MILLISECONDS),
        ("a site's time over torch's", 1 / ratio if ratio else None, 1 / BAR_TORCH),
    )
    failed = False
    for name, value, most in bars:
        if value is None:
            print(f"{name}: not measured")
            continue
        failed |= value > most
        print(f"{name}: {value:.4g}, expected at most {most:g}")
    return failed


def main():
    build = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "build", "bin")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", default=os.path.join(build, "conorm-bench-compile"))
    parser.add_argument("--compile", default=os.path.join(build, "conorm-compile"))
    parser.add_argument(
        "--layers", type=int, nargs="+", default=[10, 30, 80, 100, 300, 1000, 3000, 10000]
    )
    parser.add_argument(
        "--pipeline-layers", type=int, nargs="*", default=[10, 30, 100, 300, 1000, 10000]
    )
    parser.add_argument("--pass-layers", type=int, nargs="*", default=[10, 100, 1000, 10000])
    parser.add_argument("--compile-layers", type=int, nargs="*", default=[2, 10, 50])
    parser.add_argument("--verify-up-to", type=int, default=1000, metavar="LAYERS")
    parser.add_argument("--torch-python", default=sys.executable)
    parser.add_argument("--torch-layers", type=int, default=80)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", help="a file for chart.py")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        modules = Modules(directory)
        fusion_pass = report_growth(
            arguments, modules, "fuse-all-reduce-norm", arguments.pass_layers
        )
        print()
        fuse = report_growth(arguments, modules, "conorm-fuse", arguments.layers)
        print()
        # The longest takes a minute, and no limit is on it.
        pipeline = report_growth(
            arguments, modules, "conorm-to-llvm", arguments.pipeline_layers, once_from=3000
        )
        print("\nof StableHLO")
        foreign = Modules(directory, stablehlo_module.make_module, "stablehlo")
        raised = report_growth(arguments, foreign, "conorm-fuse", arguments.pass_layers)
        report_compile(arguments, modules)
        ratio = report_torch(arguments, modules)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"conorm-fuse": fuse, "conorm-to-llvm": pipeline, "torch": ratio}, file)
    return check(fusion_pass, fuse, pipeline, raised, ratio) if arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
