#!/usr/bin/env python3
"""Compares the constraints that the fusion may name with docs/MissedRemarks.md.

Each constraint in the sources has a section that says what to change, and each
section is of a constraint. Every one is named by an expected remark of a test.

usage: missed_remarks.py SOURCE_ROOT
"""

import pathlib
import re
import sys

# A row of a table of guards; a reason that no table has.
GUARD = re.compile(r'\{"(\w+)",\s*check\w+\}|(?:return|reason =) (?:Reason)?\{"(\w+)",|'
                   r'\bfail\([^"]*"([A-Z]\w+)",|'
                   r'NormMismatch\{\s*op, "(\w+)",')
SECTION = re.compile(r"^### (\w+)\n\n(.*?)(?=^##|\Z)", re.M | re.S)
EXPECTED = re.compile(r"expected-remark.*Constraint=(\w+)")


def main():
    root = pathlib.Path(sys.argv[1])
    guards = set()
    families = ("Fusion", "Raise", "Conversion/StablehloToConorm")
    for source in (path for name in families for path in (root / "lib" / name).glob("*.cpp")):
        for match in GUARD.finditer(source.read_text()):
            guards.add(match[1] or match[2] or match[3] or match[4])
    sections = dict(SECTION.findall((root / "docs" / "MissedRemarks.md").read_text()))
    tested = set()
    for test in (path for name in families for path in (root / "test" / name).glob("*.mlir")):
        tested.update(EXPECTED.findall(test.read_text()))

    problems = ["%s has no section" % name for name in sorted(guards - set(sections))]
    problems += ["section %s is of no constraint" % name for name in sorted(set(sections) - guards)]
    problems += ["no test expects a remark of %s" % name for name in sorted(guards - tested)]
    problems += [
        "section %s says no change" % name
        for name, text in sections.items()
        if "Change:" not in text and not text.startswith("As ")
    ]
    print("%d constraints, %d sections" % (len(guards), len(sections)))
    print("\n".join(problems))
    return 1 if problems or len(guards) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
