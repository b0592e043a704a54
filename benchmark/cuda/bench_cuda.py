#!/usr/bin/env python3
#
# Part of the Conorm project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs conorm-bench-cuda and prints times and ratios, as a table for each N.

A process for each number of ranks, since FlashInfer remembers how many
multiprocessors it may use. Ratios are another's time over Conorm's, above 1
where Conorm is faster; Conorm's strategy is the one that it chooses itself, and
FlashInfer's form is the fastest at each point. Times are slopes between graphs
of 20 and of 120 calls, medians over rounds, of the slowest rank.
"""

import argparse
import collections
import json
import math
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from chart import text  # noqa: E402

COLOURS = {2: "#4477aa", 4: "#228833", 8: "#cc6677"}
WIDTH, HEIGHT, LEFT, TOP, BASE = 720, 340, 52, 54, 280


def median(point, name):
    return point["times"][name]["slope"][0] if name in point["times"] else None


def best(point, *prefixes):
    """The fastest of the contestants whose names begin so, or None."""
    times = [median(point, name) for name in point["times"] if name.startswith(prefixes)]
    return min(times) if times else None


def ratios(point):
    """Each ratio by its name; those whose contestant is missing are left out."""
    fused = median(point, "fused")
    found = {
        "FlashInfer fused or unfused": (best(point, "flashinfer/fused", "flashinfer/unfused"), fused),
        "FlashInfer all_reduce": (best(point, "flashinfer/all_reduce"), median(point, "all_reduce")),
        "Conorm unfused": (median(point, "unfused"), fused),
        "floor's copy": (median(point, "floor_copy"), fused),
        "minimal exchange": (median(point, "minimal_exchange"), fused),
    }
    return {name: other / ours for name, (other, ours) in found.items() if other}


def geometric(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def print_tables(points):
    for world in sorted({point["n"] for point in points}):
        print(f"\nN = {world}, microseconds a call")
        print("| H | T | fused | unfused | norm | floor's copy | minimal exchange | FlashInfer |"
              " host ns, call / launch |")
        print("|---|---|---|---|---|---|---|---|---|")
        for point in points:
            if point["n"] != world:
                continue
            cells = [median(point, name) for name in
                     ("fused", "unfused", "norm", "floor_copy", "minimal_exchange")]
            cells.append(best(point, "flashinfer/fused", "flashinfer/unfused"))
            print(f"| {point['h']} | {point['t']} | " +
                  " | ".join("" if cell is None else f"{cell:.2f}" for cell in cells) +
                  " | {:.0f} / {:.0f} |".format(*point["host_ns"]))
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    for point in points:
        for name, ratio in ratios(point).items():
            for group in ("all", f"N={point['n']}", f"T={point['t']}", f"H={point['h']}"):
                groups[name][group].append(ratio)
    columns = list(dict.fromkeys(group for name in groups for group in groups[name]))
    columns.sort(key=lambda name: (name != "all", name[0] != "N", name[0] != "T",
                                   int(name.split("=")[-1]) if "=" in name else 0))
    print("\nTime of the other over Conorm's, geometric means; and the least\n| |" +
          " | ".join(columns) + " | least |\n|" + "---|" * (len(columns) + 2))
    for name, by_group in groups.items():
        print(f"| {name} | " + " | ".join(
            f"{geometric(by_group[column]):.2f}" if column in by_group else "" for column in columns) +
            f" | {min(by_group['all']):.2f} |")


def draw(points, target):
    """The ratio to FlashInfer, or else to the unfused pair, against T."""
    name = "FlashInfer fused or unfused"
    if not any(name in ratios(point) for point in points):
        name = "Conorm unfused"
    series = collections.defaultdict(lambda: collections.defaultdict(list))
    for point in points:
        if name in ratios(point):
            series[point["n"]][point["t"]].append(ratios(point)[name])
    highest = max(2.0, max(geometric(values) for line in series.values() for values in line.values()))
    most = max(t for line in series.values() for t in line)

    def position(rows, ratio):
        x = LEFT + (WIDTH - LEFT - 30) * math.log2(rows) / max(1.0, math.log2(most))
        return x, BASE - (BASE - TOP) * ratio / highest

    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
           text(LEFT, 22, f"{name}: its time over that of Conorm's fused call", 14, "start"),
           text(LEFT, 40, "geometric mean over H; above 1, Conorm is faster", 11, "start")]
    for step in range(int(highest * 4) + 1):
        y = position(1, step / 4)[1]
        colour = "#555" if step == 4 else "#ddd"
        svg.append(f'<line x1="{LEFT}" x2="{WIDTH - 30}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}"/>')
        if step % 2 == 0:
            svg.append(text(LEFT - 6, y + 4, f"{step / 4:g}", 11, "end"))
    for rows in sorted({t for line in series.values() for t in line}):
        svg.append(text(position(rows, 0)[0], BASE + 18, f"{rows}"))
    svg.append(text((LEFT + WIDTH) / 2, BASE + 38, "rows"))
    for index, (world, line) in enumerate(sorted(series.items())):
        marks = [position(rows, geometric(values)) for rows, values in sorted(line.items())]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in marks)
        colour = COLOURS.get(world, "#888")
        svg.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        svg += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in marks]
        svg.append(f'<rect x="{WIDTH - 90}" y="{14 + 16 * index}" width="12" height="4" fill="{colour}"/>')
        svg.append(text(WIDTH - 72, 20 + 16 * index, f"N = {world}", 11, "start"))
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(svg + ["</svg>", ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default="build-bench-cuda/conorm-bench-cuda", help="the program")
    parser.add_argument("--world", default="2,4,8", help="numbers of ranks")
    parser.add_argument("--cols", help="lengths of a row; by default five hidden sizes")
    parser.add_argument("--rows", help="numbers of rows; by default 1 to 512 by powers of two")
    parser.add_argument("--rounds", default="9", help="rounds, each in another order")
    parser.add_argument("--json", help="write the points to this file")
    parser.add_argument("--svg", help="draw ratios to this file")
    args = parser.parse_args()
    points, failed = [], False
    for world in args.world.split(","):
        command = [args.bench, "--world", world, "--rounds", args.rounds]
        for name in ("cols", "rows"):
            if getattr(args, name):
                command += ["--" + name, getattr(args, name)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                points.append(json.loads(line))
                print("N={n} H={h} T={t}".format(**points[-1]), file=sys.stderr)
        failed |= process.returncode != 0
    if not points:
        sys.exit("bench_cuda.py: no point was measured")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(points, file, indent=1)
    print_tables(points)
    if not any(name.startswith("flashinfer/") for name in points[0]["times"]):
        print("\nskipped: FlashInfer (CONORM_FLASHINFER_INCLUDE names no headers)")
    if args.svg:
        draw(points, args.svg)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
