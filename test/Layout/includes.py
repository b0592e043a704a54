#!/usr/bin/env python3
"""Checks that includes run one way between the folders of lib and of runtime.

Each list names folders from the bottom up. A file may include headers of its
own folder and of those before it, but not of those beside it, in the same
parentheses; files that stand in no folder may include anything. The attributes
of a dialect stand below the interfaces, and its operations above them. Public
headers of the compiler, include/conorm/X, belong to lib/X.

A file that defines a pass includes Support/StatisticABI.h first, which says why.

usage: includes.py SOURCE_ROOT
"""

import pathlib
import re
import sys

LIB = ["Support", "Dialect/Norm/IR/NormAttrs.h", "Dialect/Comm/IR/CommAttrs.h",
       "Interfaces", "Dialect/Norm", "Dialect/Comm", "Dialect/Blas", "Raise", "Fusion",
       "Strategy", "Bufferization", "Codegen", "Conversion", "Transforms",
       "Target/Target.h", "Pipelines", ("Target/CPU", "Target/CUDA"), "Tools", "Target",
       "Plugin"]
RUNTIME = [("mpi", "support", "numerics"), "bootstrap", "control", ("cpu", "cuda", "memory"),
           "api",
           ("module", "launch")]
INCLUDE = re.compile(r'^\s*#\s*include "([^"]+)"', re.M)
SUFFIXES = {".c", ".cpp", ".h", ".cu", ".cuh"}


def beside(entry):
    """The folders of one entry of an order."""
    return entry if isinstance(entry, tuple) else (entry,)


def place(path, order):
    """Place and folder of a file among `order`; None if it stands in none."""
    text = path.as_posix()
    for index, entry in enumerate(order):
        for folder in beside(entry):
            if text == folder or text.startswith(folder + "/"):
                return index, folder
    return None


def resolve(file, name, tops):
    """The file that `#include "name"` of `file` means, below one of `tops`."""
    for base in [file.parent] + [top for top, _ in tops]:
        found = (base / name).resolve()
        for top, inside in tops:
            if found.is_file() and inside in found.parents:
                return found.relative_to(inside)
    return None


def check(root, sources, tops, order, problems):
    count = 0
    for source in sources:
        for file in sorted(source.rglob("*")):
            if file.suffix not in SUFFIXES:
                continue
            mine = place(file.relative_to(source), order)
            for name in INCLUDE.findall(file.read_text()):
                target = resolve(file, name, tops)
                theirs = place(target, order) if target else None
                if theirs is None:
                    continue
                count += 1
                if mine is not None and mine != theirs and theirs[0] >= mine[0]:
                    problems.append("%s includes %s: %s is %s %s" % (
                        file.relative_to(root), name, theirs[1],
                        "above" if theirs[0] > mine[0] else "beside", mine[1]))
    return count


def check_statistics(root, problems):
    for file in sorted((root / "lib").rglob("*.cpp")):
        text = file.read_text()
        first = INCLUDE.search(text)
        if "#define GEN_PASS_DEF" in text and first[1] != "Support/StatisticABI.h":
            problems.append("%s defines a pass and includes %s first" % (
                file.relative_to(root), first[1]))


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    problems = []
    lib, include = root / "lib", root / "include" / "conorm"
    count = check(root, [lib, include], [(include.parent, include), (lib, lib)], LIB, problems)
    check_statistics(root, problems)
    runtime = root / "runtime" / "lib"
    count += check(root, [runtime], [(runtime, runtime)], RUNTIME, problems)
    for top, order in ((lib, LIB), (runtime, RUNTIME)):
        known = {name.split("/")[0] for entry in order for name in beside(entry)}
        for folder in top.iterdir():
            if folder.is_dir() and folder.name not in known:
                problems.append("%s has no place in the order" % folder.relative_to(root))
    print("\n".join(problems + ["%d includes, %d problems" % (count, len(problems))]))
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
