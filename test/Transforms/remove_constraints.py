#!/usr/bin/env python3
"""Shows that each native constraint of the fusion has a test that needs it.

For every constraint that FusionConstraints.cpp registers: compiles that file
with the constraint replaced by one that always holds, links a libConorm.so with
it beside the build, and runs the fusion's lit tests against that library. At
least one must fail. Usage: remove_constraints.py [BUILD-DIRECTORY]
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCE = os.path.join(ROOT, "lib", "Transforms", "FusionConstraints.cpp")
TESTS = ["normalize-norm.mlir", "fuse-all-reduce-norm.mlir",
         "fuse-all-reduce-norm-missed.mlir", "fuse-all-reduce-norm-remarks.mlir"]
ALWAYS = {
    "table": "[](AllReduceOp, Operation *) -> Violation { return std::nullopt; }",
    "function": "PDLConstraintFunction([](PatternRewriter &, PDLResultList &, "
                "ArrayRef<PDLValue>) { return success(); })",
}


def mutants(text):
    """Yields (name, mutated text) for each registered constraint."""
    for match in re.finditer(r'\{"(\w+)", (check\w+)\}', text):
        yield match[1], text[: match.start(2)] + ALWAYS["table"] + text[match.end(2):]
    for match in re.finditer(r'registerConstraintFunction\("(\w+)",\s*(\w+)\)', text):
        yield match[1], text[: match.start(2)] + ALWAYS["function"] + text[match.end(2):]


def compile_command(build):
    with open(os.path.join(build, "compile_commands.json")) as file:
        for entry in json.load(file):
            if os.path.samefile(entry["file"], SOURCE):
                return shlex.split(entry["command"])
    sys.exit("error: " + SOURCE + " is not built in " + build)


def link_command(build):
    lines = subprocess.run(["ninja", "-C", build, "-t", "commands", "lib/libConorm.so"],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    command = next(line for line in reversed(lines) if "-shared" in line)
    return command


def failures(library, build):
    """Names the tests that fail against a library in `library`."""
    tools = subprocess.run(["llvm-config-22", "--bindir"], capture_output=True,
                           text=True).stdout.strip() or "/usr/lib/llvm-22/bin"
    env = dict(os.environ, LD_LIBRARY_PATH=library)
    env["PATH"] = os.pathsep.join([os.path.join(build, "bin"), tools, env["PATH"]])
    failed = []
    for name in TESTS:
        path = os.path.join(ROOT, "test", "Transforms", name)
        with open(path) as file:
            runs = re.findall(r"^// RUN: (.*)$", file.read(), re.MULTILINE)
        for run in runs:
            command = "set -o pipefail; " + run.replace("%s", shlex.quote(path))
            if subprocess.run(["bash", "-c", command], env=env,
                              capture_output=True).returncode:
                failed.append(name)
                break
    return failed


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1
                            else os.path.join(ROOT, "build"))
    with open(SOURCE) as file:
        text = file.read()
    compile_words, link = compile_command(build), link_command(build)
    unneeded = []
    with tempfile.TemporaryDirectory() as directory:
        source = os.path.join(directory, "FusionConstraints.cpp")
        output = os.path.join(directory, "FusionConstraints.o")
        words = [source if word == compile_words[-1] else word for word in compile_words]
        original = words[words.index("-o") + 1]
        words[words.index("-o") + 1] = output
        words += ["-I" + os.path.dirname(SOURCE)]
        link = link.replace(original, output)
        link = link.replace("-o lib/libConorm.so", "-o " + directory + "/libConorm.so")
        for name, mutated in [("(none)", text)] + list(mutants(text)):
            with open(source, "w") as file:
                file.write(mutated)
            subprocess.run(words, cwd=build, check=True, stderr=subprocess.DEVNULL)
            subprocess.run(link, cwd=build, check=True, shell=True)
            failed = failures(directory, build)
            print("%-20s %s" % (name, " ".join(failed) or "no test fails"), flush=True)
            if bool(failed) == (name == "(none)"):
                unneeded.append(name)
    if unneeded:
        sys.exit("error: unexpected: " + ", ".join(unneeded))


if __name__ == "__main__":
    main()
