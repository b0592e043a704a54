#!/usr/bin/env python3
#
# Part of the Conorm project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random functions for --bufferize-in-place, its decisions checked.

Functions reuse values at random: read after they are written, sliced, reshaped,
put back, chosen, carried by loops, returned several times, from arguments that
may be written and that may not. Once the copies are made, one-shot analysis has
to find everything in place (check-decisions). It does not always after its own
decisions, since it takes some copies for more than they are; so the functions
that fail with the linear rule have to fail without it as well.

usage: in_place_random.py CONORM_OPT SEED COUNT
"""

import bisect
import random
import re
import subprocess
import sys

SHAPES = ((4, 4), (2, 4), (16,))
MAPS = {1: "affine_map<(i) -> (i)>", 2: "affine_map<(i, j) -> (i, j)>"}
TRANSPOSED = "affine_map<(i, j) -> (j, i)>"


def spell(shape):
    return f"tensor<{'x'.join(map(str, shape))}xf32>"


class Function:
    def __init__(self, generator, name):
        self.generator = generator
        self.name = name
        self.lines = []
        self.values = []  # (name, shape) in scope
        self.count = 0

    def define(self, text, shape, indent):
        name = f"%v{self.count}"
        self.count += 1
        self.lines.append(f"{indent}{name} = {text}")
        self.values.append((name, shape))
        return name

    def pick(self, shape=None):
        """Mostly something recent, so that chains form."""
        found = [value for value in self.values if shape is None or value[1] == shape]
        if not found:
            return None
        if self.generator.random() < 0.6:
            found = found[-3:]
        return self.generator.choice(found)

    def generic(self, indent):
        out, shape = self.pick()
        source = self.pick(shape)[0]
        rank = len(shape)
        read = MAPS[rank]
        if shape == (4, 4) and self.generator.random() < 0.3:
            read = TRANSPOSED
        uses_out = self.generator.random() < 0.4
        loops = ", ".join(['"parallel"'] * rank)
        body = "arith.addf %a, %b : f32" if uses_out else "math.exp %a : f32"
        self.define(
            f"linalg.generic {{indexing_maps = [{read}, {MAPS[rank]}], iterator_types = [{loops}]}} "
            f"ins({source} : {spell(shape)}) outs({out} : {spell(shape)}) {{\n"
            f"{indent}^bb0(%a: f32, %b: f32):\n{indent}  %r = {body}\n"
            f"{indent}  linalg.yield %r : f32\n{indent}}} -> {spell(shape)}",
            shape,
            indent,
        )

    def slice(self, indent):
        whole = self.pick((4, 4))
        part = self.pick((2, 4))
        row = self.generator.randrange(3)
        if part and self.generator.random() < 0.5:
            self.define(
                f"tensor.insert_slice {part[0]} into {whole[0]}[{row}, 0] [2, 4] [1, 1] : "
                f"{spell((2, 4))} into {spell((4, 4))}",
                (4, 4),
                indent,
            )
            return
        self.define(
            f"tensor.extract_slice {whole[0]}[{row}, 0] [2, 4] [1, 1] : "
            f"{spell((4, 4))} to {spell((2, 4))}",
            (2, 4),
            indent,
        )

    def reshape(self, indent):
        name, shape = self.pick()
        if shape == (4, 4):
            text = f"tensor.collapse_shape {name} [[0, 1]] : {spell(shape)} into {spell((16,))}"
            self.define(text, (16,), indent)
        elif shape == (16,):
            text = f"tensor.expand_shape {name} [[0, 1]] output_shape [4, 4] : {spell(shape)} into {spell((4, 4))}"
            self.define(text, (4, 4), indent)

    def select(self, indent):
        name, shape = self.pick()
        other = self.pick(shape)[0]
        self.define(f"arith.select %c, {name}, {other} : {spell(shape)}", shape, indent)

    def fresh(self, indent):
        shape = self.generator.choice(SHAPES)
        self.define(f"tensor.empty() : {spell(shape)}", shape, indent)
        self.define(
            f"linalg.fill ins(%f : f32) outs({self.values[-1][0]} : {spell(shape)}) -> {spell(shape)}",
            shape,
            indent,
        )

    def loop(self, indent):
        name, shape = self.pick()
        carried, result = f"%i{self.count}", f"%w{self.count}"
        self.count += 1
        self.lines.append(
            f"{indent}{result} = scf.for %n{self.count} = %zero to %four step %one "
            f"iter_args({carried} = {name}) -> {spell(shape)} {{"
        )
        outside = list(self.values)
        self.values.append((carried, shape))
        for _ in range(self.generator.randrange(1, 4)):
            self.step(indent + "  ", loops=False)
        yielded = self.pick(shape)[0]
        self.lines.append(f"{indent}  scf.yield {yielded} : {spell(shape)}\n{indent}}}")
        self.values = outside + [(result, shape)]

    def step(self, indent, loops=True):
        kinds = [self.generic] * 6 + [self.slice] * 3 + [self.reshape, self.select, self.fresh]
        if loops:
            kinds.append(self.loop)
        self.generator.choice(kinds)(indent)

    def make(self):
        arguments = []
        for index in range(3):
            shape = (4, 4) if index < 2 else self.generator.choice(SHAPES)
            writable = self.generator.choice(("true", "false"))
            arguments.append(f"%x{index}: {spell(shape)} {{bufferization.writable = {writable}}}")
            self.values.append((f"%x{index}", shape))
        self.lines += [
            "  %zero = arith.constant 0 : index",
            "  %one = arith.constant 1 : index",
            "  %four = arith.constant 4 : index",
            "  %f = arith.constant 1.0 : f32",
            f"  %k = arith.constant dense<2.0> : {spell((4, 4))}",
        ]
        self.values.append(("%k", (4, 4)))
        for _ in range(self.generator.randrange(4, 16)):
            self.step("  ")
        returned = [self.pick() for _ in range(self.generator.randrange(1, 4))]
        types = ", ".join(spell(shape) for _, shape in returned)
        return "\n".join(
            [f"func.func @{self.name}({', '.join(arguments)}, %c: i1) -> ({types}) {{"]
            + self.lines
            + [f"  return {', '.join(name for name, _ in returned)} : {types}\n}}\n"]
        )


def find_failures(opt, modules, limit):
    """Numbers of the modules that the check refuses, with what it says."""
    starts, line = [], 1
    for module in modules:
        starts.append(line)
        line += module.count("\n") + 1
    done = subprocess.run(
        [opt, "--split-input-file", "-o", "/dev/null"]
        + [f"--bufferize-in-place=check-decisions analysis-limit={limit}"],
        input="// -----\n".join(modules),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    errors = re.findall(r"^<stdin>:(\d+):\d+: error: (.*)$", done.stderr, re.M)
    if done.returncode not in (0, 1) or (done.returncode and not errors):
        sys.exit(f"expected a diagnostic, found:\n{done.stderr}")
    return {bisect.bisect_right(starts, int(at)) - 1: text for at, text in errors}


def main(opt, seed, count):
    generator = random.Random(seed)
    modules = [Function(generator, f"f{index}").make() for index in range(count)]
    ours = find_failures(opt, modules, 0)
    theirs = find_failures(opt, modules, 1000000)
    for number in sorted(set(ours) - set(theirs)):
        print(f"seed {seed}, function {number}: {ours[number]}\n{modules[number]}")
    print(f"{count} functions: {len(ours)} refused with the rule, {len(theirs)} without")
    return bool(set(ours) - set(theirs))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
