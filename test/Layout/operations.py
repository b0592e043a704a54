#!/usr/bin/env python3
"""Checks that passes ask interfaces instead of naming operations.

Only the folders that depend on what an operation computes, or that say what one
becomes, may name operations of `blas`, `comm` and `norm`. `comm.group` is a symbol, and
anyone may look it up.

usage: operations.py SOURCE_ROOT
"""

import pathlib
import re
import sys

# The dialects, the patterns, the models of calls of the runtime, and what other
# dialects' collectives become.
MAY_NAME = ("Dialect/", "Raise/", "Fusion/", "Conversion/ConormToRuntime/RuntimeCallModels.cpp",
            "Conversion/LinalgToBlas/", "Conversion/StablehloToConorm/Collectives.cpp",
            "Conversion/ConormToStablehlo/")
DEFINITION = re.compile(r"^def (?:Blas|Comm|Norm)_(\w+Op)\b", re.M)


def main():
    root = pathlib.Path(sys.argv[1])
    names = set()
    for td in (root / "include" / "conorm" / "Dialect").rglob("*Ops.td"):
        names.update(DEFINITION.findall(td.read_text()))
    names.discard("GroupOp")
    use = re.compile(r"\b(%s)\b" % "|".join(sorted(names)))
    problems = []
    for file in sorted((root / "lib").rglob("*")):
        path = file.relative_to(root / "lib").as_posix()
        if file.suffix not in (".cpp", ".h") or path.startswith(MAY_NAME):
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            for name in use.findall(line):
                problems.append("lib/%s:%d: names %s; ask an interface" % (path, number, name))
    print("\n".join(problems + ["%d operations, %d problems" % (len(names), len(problems))]))
    return 1 if problems or not names else 0


if __name__ == "__main__":
    sys.exit(main())
