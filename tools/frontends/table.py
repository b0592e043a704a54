#!/usr/bin/env python3
"""Prints what becomes of the all_reduce sites of JAX's models, as Markdown.

usage: table.py CONORM_OPT MODEL.mlir...       of files
       table.py CONORM_OPT --jax PYTHON        of what jax_models.py writes now
"""

import collections
import pathlib
import re
import subprocess
import sys
import tempfile

SITE = re.compile(r"remark: \[(Passed|Missed)\] AllReduceRMSNorm \|.*")
FIELD = re.compile(r'(\w+)=("[^"]*"|[^,\s]+)')
FUSED = re.compile(r"comm\.all_reduce_rms_norm .*?\{(.*?)\} :")

JAX = [(name, layers, []) for name in ("llama", "gemma1", "gemma3", "qwen3_next", "llama_fp8", "moe")
       for layers in (2, 8)]
JAX += [("llama", 2, ["--no-mesh-axes", "--data-ranks=2"]), ("llama", 8, ["--scan"]),
        ("llama", 2, ["--rank-2"])]


def describe(attributes, fields):
    """The parts of one fused operation."""
    parts = ["sandwich"] if fields["PostNorm"] == "yes" else []
    if fields["Residual"] == "yes":
        parts.append("residual")
    rounding = re.search(r"(?<!post_norm_)rounding = #norm.rounding<(\w+)>", attributes)
    parts.append(rounding[1] if rounding else "scale_then_round")
    bias = re.search(r"(?<!post_norm_)weight_bias = ([\d.e+-]+)", attributes)
    if bias:
        parts.append("weight_bias %g" % float(bias[1]))
    scheme = re.search(r"quantization = #norm.scheme<(\w+)", attributes)
    if scheme:
        parts.append(scheme[1])
    epsilon = re.search(r"(?<!post_norm_)epsilon = ([\d.eE+-]+)", attributes)
    parts.append("epsilon %.0e" % float(epsilon[1]))
    return ", ".join(parts)


def examine(conorm_opt, path):
    run = subprocess.run(
        [conorm_opt, "--conorm-fuse", "--remarks-filter=fuse-all-reduce-norm", str(path)],
        capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit("table.py: %s: %s" % (path, run.stderr.splitlines()[0]))
    kinds, missed, passed = collections.Counter(), collections.Counter(), []
    for match in SITE.finditer(run.stderr):
        fields = dict(FIELD.findall(match[0]))
        if match[1] == "Passed":
            passed.append(fields)
        else:
            missed[fields["Constraint"]] += 1
    for attributes, fields in zip(FUSED.findall(run.stdout), passed, strict=True):
        kinds[describe(attributes, fields)] += 1
    return kinds, missed


def print_row(conorm_opt, name, path):
    kinds, missed = examine(conorm_opt, path)
    fused, left = sum(kinds.values()), sum(missed.values())
    text = "; ".join("%d: %s" % (count, kind) for kind, count in sorted(kinds.items()))
    why = "; ".join("%d: %s" % (count, kind) for kind, count in sorted(missed.items()))
    print("| %s | %d | %d | %s | %s |" % (name, fused + left, fused, text, why or "-"))


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.strip())
    conorm_opt, rest = sys.argv[1], sys.argv[2:]
    print("| model | sites | fused | kinds | missed |")
    print("|---|---|---|---|---|")
    if rest[0] != "--jax":
        for path in sorted(map(pathlib.Path, rest)):
            print_row(conorm_opt, path.stem, path)
        return
    script = pathlib.Path(__file__).parent / "jax_models.py"
    with tempfile.TemporaryDirectory() as folder:
        for model, layers, options in JAX:
            path = pathlib.Path(folder) / "model.mlir"
            subprocess.run([rest[1], str(script), model, "--layers=%d" % layers, "-o", str(path)]
                           + options, check=True)
            print_row(conorm_opt, " ".join(["%s, %d layers" % (model, layers)] + options), path)


if __name__ == "__main__":
    main()
