#!/usr/bin/env python3
"""Counts the test functions of the FileCheck suite, a line for each directory.

A function counts when a CHECK-LABEL names it or a diagnostic is expected in its
chunk (`// -----`). It exercises a diagnostic in the second case, and a
transformation when its file runs conorm-opt with a pass or pipeline.
"""

import pathlib
import re
import sys

FUNCTION = re.compile(r"^\s*(?:llvm\.)?func(?:\.func)?\s.*?@([\w$.-]+)\(", re.M)
LABEL = re.compile(r"^\s*//\s*\w+-LABEL:.*?@([\w$.-]+)", re.M)
EXPECTED = re.compile(r"//\s*expected-(error|warning|remark)")
RUN = re.compile(r"^\s*//\s*RUN:(.*)$", re.M)
NOT_PASSES = re.compile(
    r"--?(split-input-file|verify-diagnostics|allow-unregistered-dialect|"
    r"mlir-\S+|emit-\S+|verify-roundtrip|check-prefix\S*|"
    r"remark\S*|input-file\S*|load-\S+|implicit-check-not\S*)"
)


def count(path):
    text = path.read_text()
    runs = " ".join(RUN.findall(text))
    option = re.compile(r"\s--?[a-z]\S*")
    commands = [c for c in re.split(r"\||&&", runs) if "opt" in c]
    transforms = any(
        option.search(NOT_PASSES.sub("", command)) for command in commands
    )
    functions = exercised = 0
    labels = set(LABEL.findall(text))
    for chunk in re.split(r"^// -----.*$", text, flags=re.M):
        names = FUNCTION.findall(chunk)
        expected = EXPECTED.search(chunk)
        here = len(names) if expected else len(set(names) & labels)
        # A diagnostic on something that stands outside any function.
        here = max(here, 1) if expected else here
        functions += here
        exercised += here if transforms or expected else 0
    return functions, exercised


def main():
    root = pathlib.Path(__file__).parent
    rows = {}
    for path in sorted(root.rglob("*.mlir")):
        if "Inputs" in path.parts:
            continue
        row = rows.setdefault(str(path.parent.relative_to(root)), [0, 0])
        for index, number in enumerate(count(path)):
            row[index] += number
    print("%-32s %9s %27s" % ("directory", "functions", "transforming or diagnostic"))
    for name, row in sorted(rows.items()):
        print("%-32s %9d %27d" % (name, *row))
    print("%-32s %9d %27d" % ("all", *map(sum, zip(*rows.values() or [[0, 0]]))))


if __name__ == "__main__":
    sys.exit(main())
