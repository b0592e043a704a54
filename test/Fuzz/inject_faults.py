#!/usr/bin/env python3
"""Shows that conorm-fuzz finds faults: injects each and counts the modules.

Each fault is a small change of the sources, made in a copy. What it changes is
compiled as the build does, and linked to a library beside the build, which
conorm-fuzz then runs with. A fault must be found within 500 modules; without
one, nothing may be. Usage: inject_faults.py [BUILD-DIRECTORY]
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIMIT = 500
CONSTRAINTS = "lib/Fusion/FusionConstraints.cpp"
KERNELS = "runtime/lib/numerics/NumericsKernels.h"


def always_holds(name):
    """A change that makes a constraint hold whatever it sees."""
    return (r'\{"%s", \w+\}' % name,
            r'{"%s", [](Site) -> Violation { return std::nullopt; }}' % name)


# Name, file, change, what is compiled with it, library.
FAULTS = [
    ("(none)", CONSTRAINTS, (r"\Z", ""), [], "lib/libConorm.so"),
    ("the constraint on element types is dropped", CONSTRAINTS,
     always_holds("ElementTypesMatch"), [CONSTRAINTS], "lib/libConorm.so"),
    ("the residual is added before the sum is rounded", KERNELS,
     (r"add<Isa>\(Isa::unpack\(tag, x\), r\)",
      "add<Isa>(fold<Isa, CONORM_REDUCTION_SUM, Static, p>("
      "tag, from, numSources, i, n), r)"),
     ["runtime/lib/numerics/NumericsBase.cpp", "runtime/lib/numerics/NumericsAVX2.cpp",
      "runtime/lib/numerics/NumericsAVX512.cpp"], "lib/libConormRuntime.so.1.0"),
    ("a pattern that miscompiles runs again",
     "lib/Transforms/CanonicalizeSelected.cpp", (r'\{"WhileMoveIfDown"', '{"-"'),
     ["lib/Transforms/CanonicalizeSelected.cpp"], "lib/libConorm.so"),
    ("a collective is moved across another", CONSTRAINTS,
     always_holds("NoCollectiveBetween"), [CONSTRAINTS], "lib/libConorm.so"),
]


def compile_command(build, source, link):
    """The words that compile `source` for what `link` links."""
    with open(os.path.join(build, "compile_commands.json")) as file:
        for entry in json.load(file):
            words = shlex.split(entry["command"])
            if (os.path.samefile(entry["file"], os.path.join(ROOT, source))
                    and words[words.index("-o") + 1] in link):
                return words
    sys.exit("error: %s is not built in %s" % (source, build))


def link_command(build, library):
    lines = subprocess.run(["ninja", "-C", build, "-t", "commands", library],
                           capture_output=True, text=True, check=True).stdout
    # What follows on the same line makes links in the build directory.
    return next(command for line in reversed(lines.splitlines())
                for command in line.split(" && ")
                if "-shared" in command and "-o " + library in command)


def compile_in(directory, build, source, link):
    """Compiles `source` from its copy; returns `link` with the new object."""
    folder = os.path.join(directory, "source")
    words = compile_command(build, source, link)
    original = words[words.index("-o") + 1]
    output = os.path.join(directory, os.path.basename(source) + ".o")
    words[words.index("-o") + 1] = output
    words[-1] = os.path.join(folder, os.path.basename(source))
    # Generated headers lie where the build puts them.
    words += ["-I" + folder, "-I" + os.path.join(ROOT, os.path.dirname(source))]
    subprocess.run(words, cwd=build, check=True, stderr=subprocess.DEVNULL)
    return link.replace(original, output)


def inject(directory, build, path, change, sources, library):
    """Makes a library with the fault in `directory`."""
    folder = os.path.join(directory, "source")
    shutil.copytree(os.path.join(ROOT, os.path.dirname(path)), folder)
    changed = os.path.join(folder, os.path.basename(path))
    with open(changed) as file:
        text = file.read()
    mutated, count = re.subn(change[0], change[1], text)
    if sources and count != 1:
        sys.exit("error: expected one place in %s to change, found %d" % (path, count))
    with open(changed, "w") as file:
        file.write(mutated)
    link = link_command(build, library)
    for source in sources:
        link = compile_in(directory, build, source, link)
    name = os.path.basename(library)
    link = link.replace("-o " + library, "-o " + os.path.join(directory, name))
    subprocess.run(link, cwd=build, check=True, shell=True)
    if name.startswith("libConormRuntime"):
        os.symlink(name, os.path.join(directory, "libConormRuntime.so.1"))


def fuzz(directory, build, seed):
    run = subprocess.run(
        [os.path.join(build, "bin", "conorm-fuzz"), "--seed=%d" % seed,
         "--count=%d" % LIMIT, "--no-shrink", "--output=" + directory],
        env=dict(os.environ, LD_LIBRARY_PATH=directory), capture_output=True,
        text=True)
    failure = re.search(r"failure: seed (\d+), (.*)", run.stdout)
    return failure, run


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1
                            else os.path.join(ROOT, "build"))
    missed = []
    for name, path, change, sources, library in FAULTS:
        with tempfile.TemporaryDirectory() as directory:
            if sources:
                inject(directory, build, path, change, sources, library)
            failure, run = fuzz(directory, build, seed=1)
        if failure:
            print("%-48s found by module %s: %s" % (name, failure[1], failure[2][:100]))
        else:
            print("%-48s not found in %d modules" % (name, LIMIT))
        sys.stdout.flush()
        if bool(failure) == (not sources) or run.returncode not in (0, 1):
            missed.append(name)
    if missed:
        sys.exit("error: unexpected: " + ", ".join(missed))


if __name__ == "__main__":
    main()
