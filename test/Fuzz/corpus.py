#!/usr/bin/env python3
"""Makes the text fuzzer's seeds.

One file for each text of the committed corpus (Inputs/corpus.txt), and for each
function of each chunk (`// -----`) of the tests and examples, with what stands
outside functions; comments are left out. Usage: corpus.py OUTPUT-DIRECTORY
"""

import hashlib
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LARGEST = 2500


def split(text):
    """Yields the pieces of one file, each a text of its own."""
    for chunk in re.split(r"^\s*// -----.*$", text, flags=re.M):
        chunk = re.sub(r"[ \t]*//.*$", "", chunk, flags=re.M)
        chunk = re.sub(r"\n\s*\n+", "\n", chunk).strip() + "\n"
        pieces = re.split(r"^(?=(?:func\.func|comm\.group|module|#|!))", chunk,
                          flags=re.M)
        functions = [p for p in pieces if p.startswith("func.func")]
        others = "".join(p for p in pieces if not p.startswith("func.func"))
        if len(functions) < 2:
            yield chunk
            continue
        called = {p: set(re.findall(r"call @(\w+)", p)) for p in functions}
        for function in functions:
            callees = [p for p in functions if p is not function and
                       any("@%s(" % name in p.split("\n")[0]
                           for name in called[function])]
            yield others + function + "".join(callees)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    count = 0

    def write(text):
        nonlocal count
        name = hashlib.sha1(text.encode()).hexdigest()[:12]
        (out / (name + ".mlir")).write_text(text)
        count += 1

    corpus = pathlib.Path(__file__).parent / "Inputs" / "corpus.txt"
    for text in corpus.read_text().split("\n// -----\n"):
        write(text)
    for top in ("test", "examples"):
        for path in sorted((ROOT / top).rglob("*.mlir")):
            if "Fuzz" in path.parts:
                continue
            for text in split(path.read_text()):
                if 10 < len(text) <= LARGEST:
                    write(text)
    print(count, "seeds in", os.path.relpath(out))


if __name__ == "__main__":
    main()
