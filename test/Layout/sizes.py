#!/usr/bin/env python3
"""Checks the sizes that the layout page promises.

No file of lib, runtime and tools has more than 500 lines, and no function more
than 60. Functions are found by the indentation that clang-format gives them: a
line that opens a body, and the closing brace in the same column. No folder of
lib holds more than a quarter of it.

usage: sizes.py SOURCE_ROOT
"""

import collections
import pathlib
import re
import sys

MOST_LINES = 500
MOST_LINES_OF_FUNCTION = 60
MOST_OF_LIB = 0.25

# Longer, each with the reason.
EXCEPTIONS = {}

SUFFIXES = {".c", ".cpp", ".h", ".cu", ".cuh", ".td", ".pdll", ".py"}
# What opens something else than a function.
NO_FUNCTION = re.compile(r"\s*(namespace|class|struct|enum|union|extern|typedef|template <.*> struct|"
                         r"return|if|for|while|switch|do|else|case|default|try)\b")


def statement(lines, index):
    """The first line of the statement that ends in lines[index]."""
    while index > 0 and re.search(r"[^;{}:>/\s]$", lines[index - 1]) and \
            not re.match(r"\s*(//|#)", lines[index - 1]):
        index -= 1
    return index


def functions(lines):
    """Yields (first line, number of lines, text of it) of each function."""
    index = 0
    while index < len(lines):
        start = statement(lines, index)
        indent = re.match(r" *", lines[start]).group()
        if not re.search(r"[^=] \{$", lines[index]) or len(indent) > 4 or \
                NO_FUNCTION.match(lines[start]) or "(" not in "".join(lines[start: index + 1]):
            index += 1
            continue
        end = index + 1
        while end < len(lines) and not re.match(indent + r"\}(;|$| //|\))", lines[end]):
            end += 1
        yield start + 1, end - start + 1, lines[start].strip()
        index = end + 1


def main():
    root = pathlib.Path(sys.argv[1])
    problems, files, bodies = [], 0, 0
    folders = collections.Counter()
    for top in ("lib", "runtime", "tools"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SUFFIXES:
                continue
            name = path.relative_to(root).as_posix()
            lines = path.read_text().splitlines()
            files += 1
            if top == "lib":
                parts = path.relative_to(root / "lib").parts
                if len(parts) > 1:
                    folders[parts[0]] += len(lines)
            if len(lines) > MOST_LINES and name not in EXCEPTIONS:
                problems.append("%s: %d lines, at most %d" % (name, len(lines), MOST_LINES))
            if path.suffix in (".td", ".pdll", ".py"):
                continue
            for line, count, text in functions(lines):
                bodies += 1
                if count > MOST_LINES_OF_FUNCTION and "%s:%s" % (name, text) not in EXCEPTIONS:
                    problems.append("%s:%d: a function of %d lines, at most %d: %s"
                                    % (name, line, count, MOST_LINES_OF_FUNCTION, text))
    total = sum(folders.values())
    for folder, count in folders.items():
        if count > MOST_OF_LIB * total:
            problems.append("lib/%s: %d of %d lines, at most a quarter" % (folder, count, total))
    print("\n".join(problems + ["%d files, %d functions, %d problems"
                                % (files, bodies, len(problems))]))
    return 1 if problems or not bodies else 0


if __name__ == "__main__":
    sys.exit(main())
