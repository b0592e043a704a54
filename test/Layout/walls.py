#!/usr/bin/env python3
"""Checks that folders of the runtime cannot include what they must not know.

Reads the commands that compile the runtime: on the include path of a folder are
it and folders below it, by the order in includes.py, and nothing else. So the
CUDA back end compiles without that of the CPU.

usage: walls.py SOURCE_ROOT BUILD_DIRECTORY
"""

import json
import pathlib
import shlex
import sys

from includes import RUNTIME, beside


def include_path(entry):
    """The folders that a command searches for headers."""
    words = entry.get("arguments") or shlex.split(entry["command"])
    for word, after in zip(words, words[1:] + [""]):
        for flag in ("-I", "-isystem"):
            if word.startswith(flag):
                yield pathlib.Path(entry["directory"]) / (word[len(flag):] or after)


def main():
    root, build = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    sources = root / "runtime" / "lib"
    place = {name: index for index, entry in enumerate(RUNTIME) for name in beside(entry)}
    problems, seen = [], set()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if sources not in file.parents:
            continue
        mine = file.relative_to(sources).parts[0]
        seen.add(mine)
        for folder in include_path(entry):
            for name, index in place.items():
                if name != mine and index >= place[mine] and \
                        (folder / name).resolve() == sources / name:
                    problems.append("%s can include %s, by %s" % (
                        file.relative_to(root), name, folder))
    problems += ["no command compiles runtime/lib/" + name
                 for name in sorted(place.keys() - seen - {"mpi"})]
    print("\n".join(problems + ["%d folders, %d problems" % (len(seen), len(problems))]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
