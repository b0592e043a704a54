#!/usr/bin/env python3
"""Times one compiled program under each strategy, and when it chooses itself.

Compiles a layer with dynamic sizes once, for a CPU, and runs that artefact with
T rows: by its own choice, and with each strategy forced. The variants take
turns within one run of this script; each figure is the median of their turns.
Prints, for each T, the choice, the times, and the ratio of the own choice to
the better forced one, and a verdict. The bits of all results are compared.

usage: dispatch.py --bin DIRECTORY [--ranks N] [--rows T,T,..] [--cols H]
                   [--rounds N] [--limit RATIO] [--check]

--check: exit with 1 if a ratio is above the limit.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

MODEL = """
comm.group @tp
func.func @layer(%x: tensor<?x?xbf16> {comm.per_rank}, %r: tensor<?x?xbf16>,
                 %w: tensor<?xbf16>) -> (tensor<?x?xbf16>, tensor<?x?xbf16>) {
  %0 = comm.all_reduce %x on @tp : tensor<?x?xbf16>
  %1 = arith.addf %0, %r : tensor<?x?xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<?xbf16>) {epsilon = 1.0e-6 : f32}
    : tensor<?x?xbf16>
  return %2, %1 : tensor<?x?xbf16>, tensor<?x?xbf16>
}
"""

TARGET = '#comm.target<"cpu" over shared_memory>'
FORCED = ("one_shot", "two_shot")
VARIANTS = ("auto",) + FORCED


def compile_model(directory, work):
    source = work / "layer.mlir"
    source.write_text(MODEL)
    artefact = work / "layer.so"
    subprocess.run(
        [directory / "conorm-compile", source, "-o", artefact]
        + ["--target-description=" + TARGET],
        check=True,
    )
    return artefact


def run(options, artefact, rows, strategy):
    """One run: (milliseconds a call, strategy taken, hashes of the results)."""
    payload = rows * options.cols * 2
    # Short turns, so that what else the machine does meets all variants.
    repeat = max(5, min(200, (16 << 20) // payload))
    command = [options.bin / "conorm-run", artefact, "--json"]
    command += ["--ranks", options.ranks, "--strategy", strategy]
    command += ["--repeat", repeat, "--timeout", 120]
    command += ["--dim", "x.0=%d" % rows, "--dim", "r.0=%d" % rows]
    command += ["--dim", options.cols]
    output = subprocess.run(
        [str(word) for word in command], check=True, stdout=subprocess.PIPE
    ).stdout
    result = json.loads(output)
    taken = [name for name, count in result["strategies_taken"].items() if count]
    bits = tuple(item["fnv1a"] for item in result["results"])
    return result["median_ms"], "+".join(taken), bits


def measure(options, artefact, rows):
    times = {variant: [] for variant in VARIANTS}
    bits, choice = set(), set()
    for _ in range(options.rounds):
        for variant in VARIANTS:
            milliseconds, taken, hashes = run(options, artefact, rows, variant)
            times[variant].append(milliseconds)
            bits.add(hashes)
            if variant == "auto":
                choice.add(taken)
    medians = {v: statistics.median(times[v]) for v in VARIANTS}
    return medians, "/".join(sorted(choice)), len(bits) == 1


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--ranks", type=int, default=4)
    parser.add_argument("--rows", default="1,2,7,128,129,1000,4096")
    parser.add_argument("--cols", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--limit", type=float, default=1.2)
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


def main():
    options = parse_options()
    worst, equal, used = 0, True, set()
    print("one artefact, %d ranks, bf16, H=%d" % (options.ranks, options.cols))
    print("    T  takes         auto ms  one_shot ms  two_shot ms  ratio")
    with tempfile.TemporaryDirectory() as work:
        artefact = compile_model(options.bin, pathlib.Path(work))
        for rows in map(int, options.rows.split(",")):
            medians, choice, same = measure(options, artefact, rows)
            ratio = medians["auto"] / min(medians[v] for v in FORCED)
            print(
                "%5d  %-10s  %9.3f  %11.3f  %11.3f  %5.2f"
                % (rows, choice, *(medians[v] for v in VARIANTS), ratio),
                flush=True,
            )
            worst, equal = max(worst, ratio), equal and same
            used.add(choice)
    print("results: %s" % ("equal bits" if equal else "DIFFERENT BITS"))
    met = worst <= options.limit
    print(
        "strategies taken: %s; worst ratio %.2f, %s the limit of %.2f"
        % (", ".join(sorted(used)), worst, "within" if met else "ABOVE", options.limit)
    )
    return 1 if not equal or (options.check and not met) else 0


if __name__ == "__main__":
    sys.exit(main())
