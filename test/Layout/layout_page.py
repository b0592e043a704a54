#!/usr/bin/env python3
"""Checks docs/Layout.md against the tree, and that it answers questions.

Every folder of lib, runtime/lib and the root is on the page, every path on it
exists, and its table of tasks names the file that each task changes.

usage: layout_page.py SOURCE_ROOT
"""

import pathlib
import re
import sys

# A task as somebody who knows MLIR asks it, and the file that it changes.
TASKS = {
    "a new norm operation": "include/conorm/Dialect/Norm/IR/NormOps.td",
    "another spelling of a norm that should fuse": "lib/Fusion/NormalizeNorm.pdll",
    "a new guard of the fusion": "lib/Fusion/FusionConstraints.cpp",
    "another spelling of a quantization": "lib/Raise/QuantizeChain.cpp",
    "the text of a remark": "lib/Fusion/FusionReport.cpp",
    "the constants of a device in the cost model": "lib/Strategy/CostModel.cpp",
    "when an operation may write in place": "lib/Bufferization/InPlaceAnalysis.cpp",
    "an argument of a runtime call": "lib/Conversion/ConormToRuntime/RuntimeCallModels.cpp",
    "the order of passes": "lib/Pipelines/Pipelines.cpp",
    "what the manifest records": "lib/Target/Artifact/ManifestBuilder.cpp",
    "a strategy on the CPU": "runtime/lib/cpu/Collectives.cpp",
    "a strategy on GPUs": "runtime/lib/cuda/CudaStrategy.h",
    "how the launcher ends its ranks": "runtime/lib/launch/Processes.cpp",
    "what both back ends do before a call moves data": "runtime/lib/control/ControlPlane.cpp",
    "a front end, which reads another dialect": "include/conorm/Raise/RaisePatterns.h",
    "where the memory of a call on a device lies": "runtime/lib/memory/Layout.cpp",
    "a back end of the runtime": "runtime/lib/control/Backend.h",
    "an option of `conorm-run`": "tools/conorm-run/Options.cpp",
}
# Named on the page before they are there.
PLANNED = re.compile(r"[{<]")


def folders(root):
    """The folders that the page must name, as it names them."""
    for path in sorted((root / "lib").iterdir()):
        if path.is_dir():
            yield path.name
    for path in sorted((root / "runtime" / "lib").iterdir()):
        if path.is_dir():
            yield path.name
    for path in sorted(root.iterdir()):
        if path.is_dir() and not path.name.startswith((".", "build", "__")):
            yield path.name


def main():
    root = pathlib.Path(sys.argv[1])
    page = (root / "docs" / "Layout.md").read_text()
    problems = []
    named = " ".join(re.findall(r"`([^`]+)`", page)).replace("/", " ").replace(",", " ").split()
    for folder in folders(root):
        if folder not in named:
            problems.append("docs/Layout.md does not name " + folder)
    rows = dict(re.findall(r"^\| (.+?) \| `([^`|]+)` \|$", page, re.M))
    for task, file in TASKS.items():
        if rows.get(task) != file:
            problems.append("'%s': expected %s, found %s" % (task, file, rows.get(task)))
    for file in re.findall(r"`((?:include|lib|runtime|tools|test)/[^`]+)`", page):
        if not PLANNED.search(file) and not re.search(r"/X$", file) and \
                not (root / file).exists():
            problems.append("no such path: " + file)
    print("\n".join(problems + ["%d tasks, %d problems" % (len(TASKS), len(problems))]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
