#!/usr/bin/env python3
#
# Part of the Conorm project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Draws what compile_time.py --json measured: time per operation by layers.

usage: growth_chart.py JSON SVG
"""

import json
import math
import os
import sys

from chart import text

COLOURS = {"conorm-fuse": "#4477aa", "conorm-to-llvm": "#cc6677"}
WIDTH, HEIGHT, LEFT, TOP, BASE = 720, 320, 52, 54, 262


def position(layers, cost, highest):
    """10 to 10,000 layers on a logarithmic axis."""
    x = LEFT + (WIDTH - LEFT - 30) * (math.log10(layers) - 1) / 3
    return x, BASE - (BASE - TOP) * cost / highest


def draw_axes(svg, highest):
    for i in range(5):
        cost = highest * i / 4
        y = position(10, cost, highest)[1]
        svg.append(f'<line x1="{LEFT}" x2="{WIDTH - 30}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        svg.append(text(LEFT - 6, y + 4, f"{cost:g}", 11, "end"))
    for layers in (10, 100, 1000, 10000):
        svg.append(text(position(layers, 0, highest)[0], BASE + 18, f"{layers:,}"))


def main(source, target):
    if os.path.exists(target) and os.path.samefile(source, target):
        sys.exit(f"growth_chart.py: cannot write {target}: it is the same file as {source}")
    with open(source) as file:
        measured = json.load(file)
    series = {
        name: [(layers, seconds / operations * 1e6) for layers, operations, seconds, _ in rows]
        for name, rows in measured.items()
        if name in COLOURS
    }
    most = max(cost for points in series.values() for _, cost in points)
    highest = 20 * math.ceil(most / 20)
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text(WIDTH / 2, 20, "Compile time of an operation, microseconds", 14),
    ]
    draw_axes(svg, highest)
    for index, (name, points) in enumerate(series.items()):
        places = [position(layers, cost, highest) for layers, cost in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        svg.append(
            f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>'
        )
        for (x, y), (layers, cost) in zip(places, points):
            svg.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOURS[name]}">'
                f"<title>{layers:,} layers: {cost:.1f}</title></circle>"
            )
        svg.append(
            f'<rect x="{LEFT + 160 * index}" y="30" width="11" height="11" fill="{COLOURS[name]}"/>'
        )
        svg.append(text(LEFT + 160 * index + 16, 40, "--" + name, 11, "start"))
    svg += [text(WIDTH / 2, HEIGHT - 8, "decoder layers"), "</svg>"]
    with open(target, "w") as file:
        file.write("\n".join(svg) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
