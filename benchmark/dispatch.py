#!/usr/bin/env python3
"""Times one compiled program under each strategy, and with its own choice.

Compiles a layer with dynamic sizes once, for a CPU, and runs that artifact with
T rows: with its own choice, and with each strategy forced. Calls of the three
variants alternate in one run, and each figure is a median. For each T it prints
the choice, the times, and the ratio of the program's own choice to the better
forced strategy, and at the end a verdict. The bits of all results are compared.

usage: dispatch.py --bin DIRECTORY [--ranks N] [--rows T,T,..] [--cols H]
                   [--seconds S] [--limit RATIO] [--check]

--check: exit with 1 if a ratio is above the limit.
"""

import argparse
import json
import os
import pathlib
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

FORCED = ("one_shot", "two_shot")
VARIANTS = ("auto",) + FORCED


def compile_model(directory, work, ranks):
    cores = len(os.sched_getaffinity(0))
    target = '#comm.target<"cpu" over shared_memory, ranks_per_device = %d>'
    target %= max(1, -(-ranks // cores))
    print("target: " + target)
    source = work / "layer.mlir"
    source.write_text(MODEL)
    artifact = work / "layer.so"
    subprocess.run(
        [directory / "conorm-compile", source, "-o", artifact]
        + ["--target-description=" + target],
        check=True,
    )
    return artifact


def run(options, artifact, rows, repeat):
    """The part of conorm-run's report on strategies, by strategy."""
    command = [options.bin / "conorm-run", artifact, "--json"]
    command += ["--compare-strategies", ",".join(VARIANTS)]
    command += ["--ranks", options.ranks, "--repeat", repeat, "--timeout", 300]
    command += ["--dim", "x.0=%d" % rows, "--dim", "r.0=%d" % rows]
    command += ["--dim", options.cols]
    result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE)
    if result.returncode not in (0, 1) or not result.stdout:
        sys.exit("dispatch.py: conorm-run failed")
    report = json.loads(result.stdout)["strategies"]
    return {item["strategy"]: item for item in report}


def measure(options, artifact, rows):
    # A short run shows how many calls fit the time.
    first = run(options, artifact, rows, 3)
    seconds = sum(item["median_ms"] for item in first.values()) / 1e3
    repeat = min(max(int(options.seconds / max(seconds, 1e-6)), 11), 2001)
    return run(options, artifact, rows, repeat)


def names(taken):
    return "+".join(name for name, count in taken.items() if count)


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--ranks", type=int, default=4)
    parser.add_argument("--rows", default="1,2,7,128,129,1000,4096")
    parser.add_argument("--cols", type=int, default=4096)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--limit", type=float, default=1.2)
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


def main():
    options = parse_options()
    worst, equal, used = 0, True, set()
    print("one artifact, %d ranks, bf16, H=%d" % (options.ranks, options.cols))
    with tempfile.TemporaryDirectory() as work:
        artifact = compile_model(options.bin, pathlib.Path(work), options.ranks)
        print("    T  takes         auto ms  one_shot ms  two_shot ms  ratio")
        for rows in map(int, options.rows.split(",")):
            runs = measure(options, artifact, rows)
            times = [runs[variant]["median_ms"] for variant in VARIANTS]
            ratio = times[0] / min(times[1:])
            choice = names(runs["auto"]["strategies_taken"])
            print(
                "%5d  %-10s  %9.3f  %11.3f  %11.3f  %5.2f"
                % (rows, choice, *times, ratio),
                flush=True,
            )
            worst = max(worst, ratio)
            equal &= all(item["differing_bits"] == 0 for item in runs.values())
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
