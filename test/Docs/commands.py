#!/usr/bin/env python3
"""Runs the shell commands of a document.

A fenced `sh` block counts when the line before it is `<!-- tested -->`. All of
a document's run in order, in one shell that stops at the first error, in a
directory that looks like the repository root: `build` is the build tree under
test, everything else is linked from the sources.

usage: commands.py DOCUMENT SOURCE_ROOT BUILD_ROOT SCRATCH
"""

import pathlib
import re
import shutil
import subprocess
import sys

BLOCK = re.compile(r"^<!-- tested -->\n```sh\n(.*?)^```", re.M | re.S)


def main():
    document, source, build, scratch = map(pathlib.Path, sys.argv[1:5])
    blocks = BLOCK.findall(document.read_text())
    if not blocks:
        print("no tested block in %s" % document)
        return 1
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for entry in source.iterdir():
        if not entry.name.startswith(("build", ".")):
            (scratch / entry.name).symlink_to(entry)
    (scratch / "build").symlink_to(build)
    script = "set -eux\n" + "\n".join(blocks)
    print(script, flush=True)
    return subprocess.run(["sh", "-c", script], cwd=scratch).returncode


if __name__ == "__main__":
    sys.exit(main())
