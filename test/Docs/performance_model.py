#!/usr/bin/env python3
"""Checks the figures of docs/performance-model.md against --select-strategy.

* The constants of each target, as `report` prints them.
* The bytes from which two_shot is taken, as `report` prints them.
* The model's times beside measured ones, as remarks state them.

usage: performance_model.py SOURCE_ROOT CONORM_OPT
"""

import pathlib
import re
import subprocess
import sys

UNITS = {"KiB": 1 << 10, "MiB": 1 << 20}


def rows_after(text, heading):
    """Cells of the table that begins with the row `heading`."""
    lines = text[text.index(heading) :].splitlines()[2:]
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def run(opt, target, module, *options):
    option = "--select-strategy=target-description={%s}" % target
    result = subprocess.run(
        [opt, option + "".join(" " + word for word in options)]
        + ["--remarks-filter=select-strategy", "-o", "/dev/null"],
        input=module,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
        universal_newlines=True,
    )
    return result.stdout


def check_constants(opt, text):
    names = ["call_us", "step_us", "peer_us", "link_gb_per_s"]
    names += ["memory_gb_per_s", "chunk_bytes"]
    for target, *cells in rows_after(text, "| target | call, us"):
        arch, link = re.findall(r"`(\w+)`", target)
        output = run(opt, '#comm.target<"%s" over %s>' % (arch, link), "", "report")
        said = dict(re.findall(r"(\w+) ([\d.]+)", output.splitlines()[1]))
        for name, cell in zip(names, cells):
            if cell == "-":
                continue
            number, *unit = cell.split()
            value = float(number) * (UNITS[unit[0]] if unit else 1)
            yield (target + " " + name, value, float(said[name]))


def check_crossovers(opt, text):
    for target in re.findall(r"<!-- crossovers: (.*) -->", text):
        output = run(opt, target, "", "report")
        said = {}
        for ranks, start, strategy in re.findall(r"(\d+) +(\d+)  (\w+_shot)", output):
            said.setdefault(ranks, "never")
            if strategy == "two_shot":
                said[ranks] = start
        listed = set()
        table = text[text.index("<!-- crossovers: " + target) :]
        for ranks, value, *_ in rows_after(table, "| N | this model"):
            listed.add(ranks)
            place = "crossover of %s ranks, %s" % (ranks, target)
            yield (place, value, said.get(ranks))
        yield ("ranks of crossovers", sorted(listed), sorted(said))


def check_times(opt, text):
    for members, share, size, *times in rows_after(text, "| N | R | bytes"):
        target = '#comm.target<"sm_90" over nvlink, ranks_per_device = %s>' % share
        module = (
            "comm.group @tp {size = %s : i64}\n"
            "func.func @f(%%x: tensor<%dxbf16>) -> tensor<%dxbf16> {\n"
            "  %%0 = comm.all_reduce %%x on @tp : tensor<%dxbf16>\n"
            "  return %%0 : tensor<%dxbf16>\n}\n"
        ) % ((members,) + (int(size) // 2,) * 4)
        said = dict(re.findall(r"(\w+_shot) ([\d.]+) us", run(opt, target, module)))
        for strategy, cell in zip(("one_shot", "two_shot"), times):
            place = "%s of %s ranks, %s bytes" % (strategy, members, size)
            yield (place, cell.split(" / ")[1], said[strategy])


def main():
    source, opt = pathlib.Path(sys.argv[1]), sys.argv[2]
    text = (source / "docs/performance-model.md").read_text()
    count = wrong = 0
    for check in (check_constants, check_crossovers, check_times):
        for place, expected, found in check(opt, text):
            count += 1
            if expected != found:
                wrong += 1
                print("%s: the page says %s, the pass %s" % (place, expected, found))
    print("%d figures, %d wrong" % (count, wrong))
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())
