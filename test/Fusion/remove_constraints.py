#!/usr/bin/env python3
"""Shows that each native constraint of the fusion has a test that needs it.

For every guard in lib/Fusion and lib/Raise, and every predicate of Elementwise.cpp that
guards ask: compiles its file with the guard replaced by one that always holds,
links a libConorm.so with it beside the build, and runs the fusion's lit tests
against that library. At least one must fail.
Usage: remove_constraints.py [BUILD-DIRECTORY [NAME...]]
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = [os.path.join(ROOT, "lib", name + ".cpp")
           for name in ("Fusion/FusionConstraints", "Fusion/QuantizeConstraints",
                        "Fusion/ReshapeConstraints", "Fusion/MoveReshapes",
                        "Raise/QuantizeChain", "Raise/NormCasts", "Raise/Norms",
                        "Raise/Elementwise", "Raise/Reshapes")]
TESTS = sorted(os.path.join(ROOT, "test", family, name)
               for family in ("Fusion", "Raise")
               for name in os.listdir(os.path.join(ROOT, "test", family))
               if re.match(r"(fuse|normalize|raise)-.*\.mlir$", name))
FUNCTION = ("PDLConstraintFunction([](PatternRewriter &, PDLResultList &, "
            "ArrayRef<PDLValue>) { return success(); })")


def mutants(text):
    """Yields (name, mutated text) for each guard in the text of a source."""
    for match in re.finditer(r'\{"(\w+)", (check\w+)\}', text):
        start = re.search(r"^static Violation %s\([^)]*\) \{\n" % match[2], text, re.M)
        yield match[1], text[: start.end()] + "  return std::nullopt;\n" + text[start.end():]
    for match in re.finditer(r'registerConstraintFunction\("(\w+)",\s*(\w+)\)', text):
        yield match[1], text[: match.start(2)] + FUNCTION + text[match.end(2):]
    for match in re.finditer(r'^(?:static )?bool (?:raise::)?(is\w+)\([^)]*\) \{\n', text, re.M):
        yield match[1], text[: match.end()] + "  return true;\n" + text[match.end():]


def compile_command(build, source):
    with open(os.path.join(build, "compile_commands.json")) as file:
        for entry in json.load(file):
            if os.path.samefile(entry["file"], source):
                return shlex.split(entry["command"])
    sys.exit("error: " + source + " is not built in " + build)


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
    for path in TESTS:
        with open(path) as file:
            runs = re.findall(r"^// RUN: +(.*)$", file.read(), re.MULTILINE)
        for run in "\n".join(runs).replace("\\\n", "").split("\n"):
            # Those that run another program are of its test.
            if "%" in run.replace("%s", ""):
                continue
            command = "set -o pipefail; " + run.replace("%s", shlex.quote(path))
            # Without its guard a pattern may apply for ever.
            command = "ulimit -t 5; " + command
            if subprocess.run(["bash", "-c", command], env=env,
                              capture_output=True).returncode:
                failed.append(os.path.basename(path))
                break
    return failed


def build_library(build, directory, source, text):
    """Compiles `text` in the place of `source` into a library in `directory`."""
    words, link = compile_command(build, source), link_command(build)
    mutated = os.path.join(directory, os.path.basename(source))
    with open(mutated, "w") as file:
        file.write(text)
    output = os.path.join(directory, "mutant.o")
    original = words[words.index("-o") + 1]
    words = [mutated if word == words[-1] else word for word in words]
    words[words.index("-o") + 1] = output
    words.append("-I" + os.path.dirname(source))
    subprocess.run(words, cwd=build, check=True, stderr=subprocess.DEVNULL)
    link = link.replace(original, output)
    link = link.replace("-o lib/libConorm.so", "-o " + directory + "/libConorm.so")
    subprocess.run(link, cwd=build, check=True, shell=True)


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1
                            else os.path.join(ROOT, "build"))
    wanted = sys.argv[2:]
    unneeded = []
    for source in SOURCES:
        with open(source) as file:
            text = file.read()
        for name, mutated in [("(none)", text)] + list(mutants(text)):
            if wanted and name not in wanted:
                continue
            with tempfile.TemporaryDirectory() as directory:
                build_library(build, directory, source, mutated)
                failed = failures(directory, build)
            print("%-28s %s" % (name, " ".join(failed) or "no test fails"), flush=True)
            if bool(failed) == (name == "(none)"):
                unneeded.append(name)
    if unneeded:
        sys.exit("error: unexpected: " + ", ".join(unneeded))


if __name__ == "__main__":
    main()
