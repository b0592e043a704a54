#!/usr/bin/env python3
"""Tables and bar charts of the figures that benchmark/run.sh measured.

usage: chart.py JSON_DIRECTORY SVG_DIRECTORY
"""

import json
import math
import os
import sys

COLOURS = {"bf16": "#4477aa", "f16": "#228833", "f32": "#cc6677"}


def load(path, variant):
    """[(type, T, H, fused us, other us, ratio)] of one JSON file."""
    rows = []
    with open(path) as file:
        for run in json.load(file)["benchmarks"]:
            if run.get("error_occurred"):
                sys.exit("chart.py: %s: %s" % (run["name"], run["error_message"]))
            parts = run["name"].split("/")
            rows.append(
                (
                    parts[0],
                    int(parts[1][2:]),
                    int(parts[2][2:]),
                    run["fused_us"],
                    run[variant + "_us"],
                    run[variant + "/fused"],
                )
            )
    return rows


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def table(title, rows, other):
    print("\n%s\n" % title)
    print("| type | T | H | fused, us | %s, us | ratio |" % other)
    print("|---|---|---|---|---|---|")
    for kind, tokens, length, fused, time, ratio in rows:
        print(
            "| %s | %d | %d | %.1f | %.1f | %.2f |"
            % (kind, tokens, length, fused, time, ratio)
        )
    print(
        "| geometric mean | | | | | **%.2f** |"
        % geometric_mean([row[-1] for row in rows])
    )


def text(x, y, content, size=11, anchor="middle"):
    return (
        '<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s">%s</text>'
        % (x, y, size, anchor, content)
    )


def chart(path, title, rows):
    """Bars of the ratios, a group for each shape, a colour for each type."""
    kinds = list(dict.fromkeys(row[0] for row in rows))
    shapes = list(dict.fromkeys(row[1:3] for row in rows))
    width, height, left, top, base = 720, 320, 46, 54, 262
    highest = max(2.0, math.ceil(max(row[-1] for row in rows) * 2) / 2)
    scale = (base - top) / highest
    step = 0.5 if highest <= 5 else 1 if highest <= 10 else 5
    group = (width - left - 16) / len(shapes)
    bar = group * 0.8 / len(kinds)
    svg = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
        'viewBox="0 0 %d %d" font-family="sans-serif">'
        % (width, height, width, height),
        '<rect width="%d" height="%d" fill="white"/>' % (width, height),
        text(width / 2, 20, title, 14),
    ]
    for i in range(int(highest / step) + 1):
        y = base - i * step * scale
        stroke = "#888" if i * step == 1 else "#ddd"
        svg.append(
            '<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="%s"/>'
            % (left, width - 16, y, y, stroke)
        )
        svg.append(text(left - 6, y + 4, "%g" % (i * step), 11, "end"))
    for g, shape in enumerate(shapes):
        x = left + group * (g + 0.1)
        for k, kind in enumerate(kinds):
            ratio = [r[-1] for r in rows if r[0] == kind and r[1:3] == shape][0]
            svg.append(
                '<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s">'
                "<title>%s: %.2f</title></rect>"
                % (
                    x + k * bar,
                    base - ratio * scale,
                    bar - 1,
                    ratio * scale,
                    COLOURS[kind],
                    kind,
                    ratio,
                )
            )
        svg.append(text(x + group * 0.4, base + 16, "T %d" % shape[0]))
        svg.append(text(x + group * 0.4, base + 30, "H %d" % shape[1]))
    for k, kind in enumerate(kinds):
        x = left + 90 * k
        svg.append(
            '<rect x="%d" y="30" width="11" height="11" fill="%s"/>'
            % (x, COLOURS[kind])
        )
        svg.append(text(x + 16, 40, kind, 11, "start"))
    mean = geometric_mean([row[-1] for row in rows])
    svg.append(text(width - 16, 40, "geometric mean %.2f" % mean, 12, "end"))
    svg.append(
        text(width / 2, height - 8, "time of the other / time of fused; 1 = equal")
    )
    svg.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(svg) + "\n")


def main(source, target):
    charts = (
        ("fused", "unfused", "Unfused against fused, 2 processes", "unfused"),
        ("threads", "unfused", "Unfused against fused, 2 threads", "unfused"),
        ("mpi", "mpi", "MPI_Allreduce and norm against fused, f32", "MPI"),
    )
    for name, variant, title, other in charts:
        path = os.path.join(source, name + ".json")
        if not os.path.exists(path):
            print("\n%s: not measured" % title)
            continue
        rows = load(path, variant)
        table(title, rows, other)
        chart(os.path.join(target, "cpu-%s.svg" % name), title, rows)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
