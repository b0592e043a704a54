"""Checks that pipelines are text: each one that conorm-opt lists and stock
mlir-opt does not is printed, the text is parsed, and what it makes of modules is
compared with what the pipeline makes of them. A pipeline without settings here
is an error.

usage: round-trip.py CONORM_OPT MLIR_OPT WORK_FOLDER MODULE...
"""

import pathlib
import re
import subprocess
import sys

TUNED = ('{"version": 1, "targets": [{"arch": "cpu", "link": "shared_memory", '
         '"constants": {"step_us": 7.5, "peer_us": 0}}]}')
TARGET = 'target-description={#comm.target<"cpu" over shared_memory, world_size = 4>}'
TUNING = "tuning-file={WORK/tuning file.json}"
ONE_SHOT = "bufferization=one-shot"
FUSION = ["", "weight-bias=false"]
TO_BUFFERS = FUSION + [ONE_SHOT, "fuse=false", "decompose=true", TARGET, TARGET + " " + TUNING]
CODEGEN = ["", "check-bounds=true", "numerics=relaxed"]
# Each pipeline's options, and what makes the modules that it takes.
SETTINGS = {
    "raise-to-conorm": ([], [""]),
    "conorm-fuse": ([], FUSION),
    "conorm-bufferize": ([], ["", ONE_SHOT]),
    "conorm-to-buffers": ([], TO_BUFFERS),
    "conorm-codegen": (["--conorm-to-buffers"], CODEGEN),
    "conorm-finalize-to-llvm": (["--conorm-to-buffers", "--conorm-codegen"], [""]),
    "conorm-to-llvm": ([], TO_BUFFERS + ["check-bounds=true decompose=true"]),
}


def run(tool, *arguments):
    return subprocess.run([tool, *arguments], capture_output=True, text=True)


def pipelines(tool):
    """The names that the tool's help has under "Pass Pipelines"."""
    text = run(tool, "--help").stdout.split("Pass Pipelines:\n")[1]
    text = re.split(r"^  --", text, flags=re.M)[0]
    return set(re.findall(r"^      --([\w-]+)", text, re.M))


def lower(tool, module, *arguments):
    """The module after the passes, and their text; fails with the tool's words."""
    result = run(tool, module, "--dump-pass-pipeline", *arguments)
    text = re.search(r"^builtin\.module\(\n.*?^\)", result.stderr, re.M | re.S)
    if result.returncode or not text:
        return None, result.stderr
    return result.stdout, text.group()


def check(tool, pipeline, setting, module):
    """What is wrong; an empty string if nothing is."""
    expected, text = lower(tool, module, "--%s=%s" % (pipeline, setting))
    if expected is None:
        return text
    actual, again = lower(tool, module, "--pass-pipeline=" + text)
    if actual is None:
        return "%s\ndoes not parse:\n%s" % (text, again)
    if again != text:
        return "%s\nis printed as\n%s" % (text, again)
    return "" if actual == expected else text + "\nmakes another module"


def main():
    tool, stock, work = sys.argv[1:4]
    work = pathlib.Path(work)
    (work / "tuning file.json").write_text(TUNED)
    names = pipelines(tool) - pipelines(stock)
    problems = ["%s: no settings in this test" % name for name in names - set(SETTINGS)]
    problems += ["%s: no such pipeline" % name for name in set(SETTINGS) - names]
    count = 0
    for name in sorted(names & set(SETTINGS)):
        before, settings = SETTINGS[name]
        for module in sys.argv[4:]:
            if before:
                path = work / "before.mlir"
                path.write_text(lower(tool, module, *before)[0])
                module = str(path)
            for setting in settings:
                problem = check(tool, name, setting.replace("WORK", str(work)), module)
                count += 1
                if problem:
                    problems.append("%s=%s on %s: %s" % (name, setting, module, problem))
    print("\n".join(problems + ["%d pipelines, %d runs, %d problems"
                                % (len(names), count, len(problems))]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
