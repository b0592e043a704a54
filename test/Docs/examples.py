#!/usr/bin/env python3
"""Parses every fenced `mlir` block of the documents with conorm-opt.

A block is a whole module, or a fragment as documents show it: operations over
values that stand nowhere. A fragment is put into a function that has these
values as arguments; their types are learnt from the parser, which says what it
expected. Relative links between the documents must resolve, too.

usage: examples.py CONORM_OPT SOURCE_ROOT
"""

import pathlib
import re
import subprocess
import sys

FENCE = re.compile(r"^( *)```mlir\n(.*?)^ *```", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
EXPECTED = re.compile(
    r"use of value '(%[\w$.-]+)' expects different type than prior uses: "
    r"'(.*)' vs '.*'"
)


def parse(tool, text):
    result = subprocess.run(
        [tool, "-", "-o", "/dev/null"],
        input=text,
        text=True,
        stderr=subprocess.PIPE,
    )
    return result.returncode, result.stderr


def defined_values(text):
    names = set()
    for line in text.splitlines():
        match = re.match(r"\s*((%[\w$.-]+(:\d+)?,?\s*)+)=", line)
        if match:
            names.update(re.findall(r"%[\w$.-]+", match.group(1)))
        # Block and region arguments.
        names.update(re.findall(r"(%[\w$.-]+)\s*:\s", line) if "^" in line else ())
    return names


def with_groups(text):
    """The text after the groups that it names but does not have."""
    groups = set(re.findall(r" on @(\w+)", text))
    groups -= set(re.findall(r"comm\.group @(\w+)", text))
    return "".join("comm.group @%s\n" % group for group in sorted(groups)) + text


def wrap(text, types):
    """The fragment in a function; `types` are those of its free values."""
    hoisted, body, target = [], [], None
    for line in text.splitlines():
        if line and not line[0].isspace() and line[0] not in "})":
            target = hoisted if line.startswith("comm.group") else body
        (body if target is None else target).append(line)
    arguments = ", ".join("%s: %s" % item for item in types.items())
    return "\n".join(
        hoisted
        + ["func.func @example(%s) {" % arguments]
        + body
        + ["return", "}"]
    )


def check(tool, text):
    """None if the block parses, otherwise what is wrong."""
    text = with_groups(text)
    status, errors = parse(tool, text)
    if status == 0:
        return None
    if re.search(r"^(func\.func|module)\b", text, re.M):
        return errors
    free = [v for v in dict.fromkeys(re.findall(r"%[\w$.-]+", text))]
    defined = defined_values(text)
    types = {value: "i1" for value in free if value not in defined}
    for _ in range(len(types) + 1):
        status, errors = parse(tool, wrap(text, types))
        if status == 0:
            return None
        match = EXPECTED.search(errors)
        if not match or types.get(match.group(1)) != "i1":
            return errors
        types[match.group(1)] = match.group(2)
    return errors


def documents(source):
    yield source / "README.md"
    yield source / "CONTRIBUTING.md"
    yield from sorted((source / "docs").rglob("*.md"))


def main():
    tool, source = sys.argv[1], pathlib.Path(sys.argv[2])
    blocks = failures = 0
    for document in documents(source):
        text = document.read_text()
        name = document.relative_to(source)
        for match in FENCE.finditer(text):
            indent = len(match.group(1))
            lines = [line[indent:] for line in match.group(2).splitlines()]
            errors = check(tool, "\n".join(lines))
            blocks += 1
            if errors:
                failures += 1
                line = text.count("\n", 0, match.start()) + 1
                print("%s:%d: does not parse\n%s" % (name, line, errors))
        for match in LINK.finditer(text):
            if not (document.parent / match.group(1)).exists():
                failures += 1
                line = text.count("\n", 0, match.start()) + 1
                print("%s:%d: no such file: %s" % (name, line, match.group(1)))
    print("%d blocks, %d failures" % (blocks, failures))
    return 1 if failures or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())
