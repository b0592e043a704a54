#!/usr/bin/env python3
"""Times decoder layers that conorm-compile made for NVIDIA's GPUs.

usage: bench_gpu.py prepare DIR [--compile CONORM_COMPILE] [--cases REGEX]
       bench_gpu.py measure DIR [--run CONORM_RUN] [--torch-python PYTHON]
                    [--cases REGEX] [--steps STEP,...] [--repeat R] [--json FILE]
       bench_gpu.py report FILE... [--svg FILE] [--check]

`prepare` needs LLVM and no GPU: it writes the layers of layers.py to DIR and
compiles them. `measure` needs a GPU, conorm-run and DIR, and runs these steps
for each case (MODEL/HIDDEN/TOKENS/TYPE):

  ranks     4 ranks as threads on one GPU, fused and unfused, in a CUDA graph;
            bits are compared
  rank      the same on one rank, with T = 1 and 512
  products  the products of matrices of these layers, alone, on one rank
  host      one rank without a graph, T = 1: what the host takes for a kernel
  torch     the layers in PyTorch, T = 1 and 512; skipped where there is none

Then it does what `report` does: prints tables and, of the limits that are set,
which are met. With --check, it fails if one is not.
"""

import argparse
import json
import os
import re
import subprocess
import sys

import chart
import layers

LAYERS = 4
RANKS = 4
STEPS = ["ranks", "rank", "products", "host", "torch"]
MODELS = ["llama", "qwen3_next"]
HIDDEN = [4096, 8192]
TOKENS = [1, 8, 64, 512]
ENDS = [1, 512]
TYPES = ["bf16", "fp8"]
KINDS = [("contraction",), ("fused site", "collective", "norm", "quantization"),
         ("elementwise",), ("copy",), ("idle",)]
KIND_NAMES = ["contractions", "sites", "elementwise", "copies", "idle"]
# (what, the largest ratio or number that is allowed)
CONTRACTION_LIMIT = 1.05
TORCH_LIMIT = 1.1
HOST_LIMIT_US = 3.0


class Case:
    def __init__(self, model, hidden, tokens, kind):
        self.model, self.hidden, self.tokens, self.kind = model, hidden, tokens, kind
        self.name = "%s/%d/%d/%s" % (model, hidden, tokens, kind)

    def path(self, directory, products=False):
        name = self.name.replace("/", "-") + ("-products" if products else "")
        return os.path.join(directory, name)

    def steps(self):
        return [step for step in STEPS
                if step == "ranks" or self.tokens == 1 or
                (self.tokens in ENDS and step != "host")]


def cases_of(pattern):
    cases = [Case(model, hidden, tokens, kind) for kind in TYPES
             for model in MODELS for hidden in HIDDEN for tokens in TOKENS]
    chosen = [case for case in cases if re.search(pattern, case.name)]
    if not chosen:
        sys.exit("bench_gpu.py: --cases: expected a pattern that some case has, "
                 "such as %s; found '%s'" % (cases[0].name, pattern))
    return chosen


def prepare(options):
    os.makedirs(options.directory, exist_ok=True)
    for case in cases_of(options.cases):
        for products in (False, True):
            path = case.path(options.directory, products)
            with open(path + ".mlir", "w") as file:
                file.write(layers.write(argparse.Namespace(
                    model=case.model, hidden=case.hidden, tokens=case.tokens,
                    ranks=RANKS, layers=LAYERS, type=case.kind,
                    products=products)))
            variants = "fused" if products else "fused,unfused"
            command = [options.compile, path + ".mlir", "--target=cuda",
                       "--variants=" + variants, "-o", path + ".so"]
            done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
            if done.returncode:
                sys.exit("bench_gpu.py: cannot compile %s.mlir:\n%s"
                         % (path, done.stderr))
        print("prepared", case.name, flush=True)


def run(options, case, ranks, *flags, products=False):
    """The JSON object that conorm-run prints."""
    command = [options.run, case.path(options.directory, products) + ".so",
               "--backend=cuda", "--threads", "--ranks=%d" % ranks, "--json",
               "--repeat=%d" % options.repeat, "--profile", *flags]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or "no message").splitlines()[-1])
    return json.loads(done.stdout)


def count(profile, kind):
    return sum(item["count"] for item in profile["work"] if item["kind"] == kind)


def summary(profile, milliseconds):
    """A layer's share of a call, microseconds. Parts are those of the profile,
    the length is that of the calls without it."""
    parts = [sum(kind["us"] for kind in profile["kinds"] if kind["kind"] in kinds)
             for kinds in KINDS]
    return {
        "us": milliseconds * 1000 / LAYERS,
        "profiled_us": profile["us"] / LAYERS,
        "parts_us": [part / LAYERS for part in parts],
        "kernels": count(profile, "kernel"),
        "copies": count(profile, "copy"),
        "fills": count(profile, "fill"),
        "work": profile["work"],
    }


def variants(result):
    summaries = {
        profile["variant"]: summary(profile,
                                    result[profile["variant"] + "_device_ms"])
        for profile in result["profiles"]}
    return dict(summaries, differing_bits=result["differing_bits"])


def measure_step(options, case, step):
    if step in ("ranks", "rank"):
        return variants(run(options, case, RANKS if step == "ranks" else 1,
                            "--graph", "--compare"))
    if step == "products":
        result = run(options, case, 1, "--graph", products=True)
        return summary(result["profiles"][0], result["device_ms"])
    if step == "host":
        result = run(options, case, 1)
        kernels = count(result["profiles"][0], "kernel")
        return {"enqueue_us": result["enqueue_ms"] * 1000, "kernels": kernels,
                "us_per_kernel": result["enqueue_ms"] * 1000 / kernels}
    raise ValueError(step)


def measure_torch(options, cases):
    """(case, result), one process for all of them."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "torch_layers.py")
    command = [options.torch_python, script, "--ranks", str(RANKS), "--layers",
               str(LAYERS), "--cases", ",".join(case.name for case in cases)]
    waiting = [case.name for case in cases]
    with subprocess.Popen(command, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:
        for line in process.stdout:
            if not line.startswith("{"):
                continue
            result = json.loads(line)
            waiting.remove(result["case"])
            yield result["case"], result
    for name in waiting:
        yield name, {"error": "torch_layers.py ended with exit code %d before it"
                              % process.returncode}


def has_torch(python):
    return subprocess.run([python, "-c", "import torch"],
                          capture_output=True).returncode == 0


def measure(options):
    steps = options.steps.split(",") if options.steps else list(STEPS)
    for step in steps:
        if step not in STEPS:
            sys.exit("bench_gpu.py: --steps: expected some of %s, found '%s'"
                     % (",".join(STEPS), step))
    if "torch" in steps and not has_torch(options.torch_python):
        print("skipped: torch (%s has no torch)" % options.torch_python)
        steps.remove("torch")
    results = {}

    def keep(case, step, result):
        results.setdefault(case, {})[step] = result
        print("%-24s %-9s %s" % (case, step, brief(result)), flush=True)
        # What is measured is kept if the time is up.
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)

    cases = cases_of(options.cases)
    for case in cases:
        for step in case.steps():
            if step not in steps or step == "torch":
                continue
            try:
                result = measure_step(options, case, step)
            except (RuntimeError, OSError) as error:
                result = {"error": str(error)}
            keep(case.name, step, result)
    cases = [case for case in cases if "torch" in case.steps()]
    if "torch" in steps and cases:
        for case, result in measure_torch(options, cases):
            keep(case, "torch", result)
    return results


def brief(result):
    if "error" in result:
        return "error: " + result["error"]
    if "fused" in result:
        return "fused %.1f us, unfused %.1f us a layer, %d differing bits" % (
            result["fused"]["us"], result["unfused"]["us"],
            result["differing_bits"])
    if "us_per_kernel" in result:
        return "%.2f us a kernel" % result["us_per_kernel"]
    return "%.1f us a layer" % result["us"]


def load(paths):
    merged = {}
    for path in paths:
        with open(path) as file:
            for case, steps in json.load(file).items():
                merged.setdefault(case, {}).update(steps)
    return merged


def good(steps, step):
    result = steps.get(step)
    return result if result and "error" not in result else None


def table_of_layers(results, step, title):
    rows = [(case, good(steps, step)) for case, steps in results.items()
            if good(steps, step)]
    if not rows:
        return
    print("\n%s\n" % title)
    print("| layer | fused, us | unfused, us | ratio | %s | kernels fused/unfused "
          "| copies | differing bits |" % " | ".join(
              name + ", us" for name in KIND_NAMES))
    print("|---" * (7 + len(KIND_NAMES)) + "|")
    for case, both in rows:
        fused, unfused = both["fused"], both["unfused"]
        print("| %s | %.1f | %.1f | %.2f | %s | %.1f/%.1f | %d/%d | %d |" % (
            case, fused["us"], unfused["us"], unfused["us"] / fused["us"],
            " | ".join("%.1f" % part for part in fused["parts_us"]),
            fused["kernels"] / LAYERS, unfused["kernels"] / LAYERS,
            fused["copies"], unfused["copies"], both["differing_bits"]))


def table_of_limits(results):
    """[(case, what, found, limit)], all of one rank."""
    found = []
    for case, steps in results.items():
        rank, products = good(steps, "rank"), good(steps, "products")
        torch, host = good(steps, "torch"), good(steps, "host")
        if rank and products and products["parts_us"][0]:
            found.append((case, "contractions / the same alone",
                          rank["fused"]["parts_us"][0] / products["parts_us"][0],
                          CONTRACTION_LIMIT))
        if rank and torch:
            found.append((case, "layer / PyTorch (%.1f us)" % torch["us"],
                          rank["fused"]["us"] / torch["us"], TORCH_LIMIT))
        if host:
            found.append((case, "host, us a kernel", host["us_per_kernel"],
                          HOST_LIMIT_US))
    if found:
        print("\nLimits, on one rank\n")
        print("| layer | what | found | at most | |")
        print("|---|---|---|---|---|")
    for case, what, value, limit in found:
        print("| %s | %s | %.2f | %.2f | %s |" % (
            case, what, value, limit, "met" if value <= limit else "missed"))
    return found


def list_kernels(results):
    """The kernels of the first case: what a call consists of."""
    for case, steps in results.items():
        both = good(steps, "ranks") or good(steps, "rank")
        if not both:
            continue
        for variant in ("fused", "unfused"):
            print("\nA call of %s, %d layers, %s:\n" % (case, LAYERS, variant))
            for item in both[variant]["work"]:
                print("%5d  %s %s" % (item["count"], item["kind"], item["name"]))
        return


def errors_of(results):
    errors = ["%s %s: %s" % (case, step, result["error"])
              for case, steps in results.items()
              for step, result in steps.items() if "error" in result]
    errors += ["%s %s: expected equal bits of fused and unfused, found %d "
               "different" % (case, step, result["differing_bits"])
               for case, steps in results.items()
               for step, result in steps.items() if result.get("differing_bits")]
    return errors


def report(results, svg, check):
    table_of_layers(results, "ranks",
                    "A layer on each of %d ranks, threads on one GPU; parts are "
                    "of the fused one" % RANKS)
    table_of_layers(results, "rank", "A layer on one rank")
    limits = table_of_limits(results)
    list_kernels(results)
    rows = [(case, good(steps, "ranks")) for case, steps in results.items()
            if good(steps, "ranks")]
    if svg and rows:
        chart.layers(svg, rows, KIND_NAMES, RANKS)
    errors = errors_of(results)
    for error in errors:
        print("bench_gpu.py: " + error, file=sys.stderr)
    missed = [row for row in limits if row[2] > row[3]]
    if missed:
        print("\n%d of %d limits missed" % (len(missed), len(limits)))
    return bool(errors) or (check and bool(missed))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("prepare")
    two = commands.add_parser("measure")
    three = commands.add_parser("report")
    for command in (one, two):
        command.add_argument("directory")
        command.add_argument("--cases", default="")
    for command in (two, three):
        command.add_argument("--svg")
        command.add_argument("--check", action="store_true")
    one.add_argument("--compile", default="conorm-compile")
    two.add_argument("--run", default="conorm-run")
    two.add_argument("--torch-python", default="python3")
    two.add_argument("--steps")
    two.add_argument("--repeat", type=int, default=30)
    two.add_argument("--json")
    three.add_argument("files", nargs="+")
    options = parser.parse_args()
    if options.command == "prepare":
        prepare(options)
        return 0
    if options.command == "report":
        return report(load(options.files), options.svg, options.check)
    options.json = options.json or os.path.join(options.directory, "results.json")
    return report(measure(options), options.svg, options.check)


if __name__ == "__main__":
    sys.exit(main())
