#!/usr/bin/env python3
"""Compares what raising accepts with what is exact, on random chains.

A chain quantizes a norm by upstream operations: casts, a scale, a clamp and a
truncation to f8, in random types, orders and with random constants. Each chain is
computed here, step by step, and so is the formula of the scheme that --raise-quantize
raises it to, on ties, special values and random ones:

* a raised chain must have the bits of its scheme on every value;
* a chain that is not raised mostly has others on some; the rest is counted.

usage: raise_exact.py CONORM_OPT [--seed N] [--count N]
"""

import argparse
import math
import random
import re
import struct
import subprocess
import sys

# Precision, least exponent, largest number; whether it has infinities.
FORMATS = {
    "f64": (53, -1022, sys.float_info.max, True),
    "f32": (24, -126, (2 - 2.0**-23) * 2.0**127, True),
    "bf16": (8, -126, (2 - 2.0**-7) * 2.0**127, True),
    "f16": (11, -14, 65504.0, True),
    "f8E4M3FN": (4, -6, 448.0, False),
    "f8E5M2": (3, -14, 57344.0, True),
}


def convert(value, name):
    """Rounds to nearest, ties to even, as arith.truncf does."""
    precision, least, largest, has_infinity = FORMATS[name]
    if name == "f64" or value == 0 or math.isnan(value):
        return value
    if not math.isinf(value):
        unit = max(math.frexp(value)[1] - 1, least) - (precision - 1)
        value = math.copysign(math.ldexp(round(math.ldexp(value, -unit)), unit), value)
    if abs(value) > largest:
        return math.copysign(math.inf, value) if has_infinity else math.nan
    return value


def divide(a, b):
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


def quantize(value, scale, mode, name):
    """The scheme per_tensor, from the formula."""
    if mode == "divide":
        scaled = convert(divide(value, scale), "f32")
    else:
        scaled = convert(value * convert(divide(1.0, scale), "f32"), "f32")
    largest = FORMATS[name][2]
    if math.isnan(scaled):
        return scaled
    if math.isinf(scaled):
        return math.copysign(largest, scaled)
    rounded = convert(scaled, name)
    if math.isnan(rounded) or abs(rounded) > largest:
        return math.copysign(largest, scaled)
    return rounded


def clamp(operation, value, bound):
    pick = max if "max" in operation else min
    if math.isnan(value):
        return bound if "num" in operation else value
    return pick(value, bound)


def bits(value, name):
    """A literal of MLIR with exactly this value."""
    if name == "f64":
        return "0x%016X" % struct.unpack("<Q", struct.pack("<d", value))[0]
    if name == "f16":
        return "0x%04X" % struct.unpack("<H", struct.pack("<e", value))[0]
    word = struct.unpack("<I", struct.pack("<f", value))[0]
    return "0x%04X" % (word >> 16) if name == "bf16" else "0x%08X" % word


class Chain:
    """Steps (operation, type, constant) from a norm of type `start`."""

    def __init__(self, generator):
        self.start = generator.choice(["bf16", "f16", "f32"])
        self.end = generator.choice(["f8E4M3FN", "f8E4M3FN", "f8E5M2"])
        largest = FORMATS[self.end][2]
        exponent = generator.randint(-8, 8)
        constant = generator.choice(
            [2.0**exponent, 2.0**exponent, generator.uniform(0.01, 20), generator.choice([0.1, 10, 3])])
        scale = generator.choice([None] + ["divf"] * 2 + ["mulf"] * 2)
        factor = {None: 1, "divf": constant, "mulf": 1 / constant}[scale]
        bound = generator.choice([largest] * 6 + [largest * factor] * 3 + [240.0])
        steps = [("clamp", bound)]
        if generator.random() < 0.1:
            steps = generator.choice([[], [("low", bound)], [("high", bound)]])
        if scale:
            steps.insert(generator.choice([0, 0, 0, len(steps)]), (scale, constant))
        wide = generator.choice(["f32"] * 6 + ["f64"] + [None] * 2)
        if wide and wide != self.start:
            steps.insert(generator.choice([0] * 5 + [1, len(steps)]), ("extf", wide))
        if generator.random() < 0.05:
            steps.append(("truncf", "bf16"))
        nan = generator.choice(["maximumf minimumf"] * 6 + ["maxnumf minimumf", "maximumf minnumf"])
        self.steps = self.expand(steps, nan.split(), generator.random() < 0.5)

    def expand(self, steps, clamps, exchanged):
        type_, expanded = self.start, []
        for kind, argument in steps:
            if kind in ("extf", "truncf"):
                if argument == type_ or {argument, type_} == {"bf16", "f16"}:
                    continue
                kind = "extf" if FORMATS[argument][0] > FORMATS[type_][0] else "truncf"
                type_ = argument
                expanded.append((kind, type_, None))
            elif kind in ("divf", "mulf"):
                expanded.append((kind, type_, convert(argument, type_)))
            else:
                pair = [(clamps[0], type_, convert(-argument, type_)),
                        (clamps[1], type_, convert(argument, type_))]
                pair = {"low": pair[:1], "high": pair[1:]}.get(kind, pair)
                expanded += reversed(pair) if exchanged else pair
        return expanded

    def compute(self, value):
        for operation, type_, constant in self.steps:
            if operation in ("extf", "truncf"):
                value = convert(value, type_)
            elif operation == "divf":
                value = convert(divide(value, constant), type_)
            elif operation == "mulf":
                value = convert(value * constant, type_)
            else:
                value = clamp(operation, value, constant)
        return convert(value, self.end)

    def text(self, name):
        tensor = "tensor<1x8x%s>"
        lines = ["func.func @%s(%%x: %s) -> %s {" % (name, tensor % self.start, tensor % self.end),
                 "  %%v0 = norm.rms_norm %%x {epsilon = 1.0e-6 : f32} : %s" % (tensor % self.start)]
        previous = self.start
        for index, (operation, type_, constant) in enumerate(self.steps):
            if constant is None:
                lines.append("  %%v%d = arith.%s %%v%d : %s to %s" % (
                    index + 1, operation, index, tensor % previous, tensor % type_))
            else:
                lines.append("  %%c%d = arith.constant dense<%s> : %s" % (
                    index, bits(constant, type_), tensor % type_))
                lines.append("  %%v%d = arith.%s %%v%d, %%c%d : %s" % (
                    index + 1, operation, index, index, tensor % type_))
            previous = type_
        lines.append("  %%q = arith.truncf %%v%d : %s to %s" % (
            len(self.steps), tensor % previous, tensor % self.end))
        return "\n".join(lines + ["  return %%q : %s" % (tensor % self.end), "}", ""])

    def samples(self, generator):
        """Values of the start type: around ties of f8, specials and any."""
        values = [0.0, -0.0, math.inf, -math.inf, math.nan]
        scales = [1.0] + [c for operation, _, c in self.steps if operation in ("divf", "mulf")]
        precision, least, largest, _ = FORMATS[self.end]
        for _ in range(150):
            tie = math.ldexp(2 * generator.randrange(2**precision) + 1, least - precision + generator.randint(0, 30))
            tie = generator.choice([tie, largest, largest * (1 + 2.0**-precision), largest * 1.2])
            for factor in [s for scale in scales for s in (scale, 1 / scale)]:
                near = math.copysign(convert(tie * factor, self.start), generator.choice([-1, 1]))
                step = 2.0 ** (1 - FORMATS[self.start][0])
                values += [near, convert(near * (1 + step), self.start), convert(near * (1 - step), self.start)]
        for _ in range(600):
            values.append(convert(generator.choice([-1, 1]) * 2 ** generator.uniform(-45, 20), self.start))
        return values


RAISED = re.compile(
    r"arith\.constant dense<([^>]*)> : tensor<1xf32>\n.*\n.*"
    r"norm\.quantize .*\{scheme = #norm\.scheme<per_tensor(, mode = divide)?>\}")


def raised_to(body):
    """The scale and mode that a function was raised to; None if it was not."""
    if "norm.quantize" not in body:
        return None
    match = RAISED.search(body)
    literal = match[1]
    if literal.startswith("0x"):
        scale = struct.unpack("<f", struct.pack("<I", int(literal, 16)))[0]
    else:
        scale = convert(float(literal), "f32")
    return scale, "divide" if match[2] else "multiply"


def same(a, b):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b and math.copysign(1, a) == math.copysign(1, b)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("opt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--verbose", action="store_true", help="print the exact chains that are left")
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    chains = [Chain(generator) for _ in range(arguments.count)]
    module = "\n".join(chain.text("chain%d" % index) for index, chain in enumerate(chains))
    output = subprocess.run([arguments.opt, "-", "--raise-quantize"], input=module,
                            capture_output=True, text=True, check=True).stdout
    bodies = output.split("func.func ")[1:]
    raised = wrong = differing = equal = 0
    for index, (chain, body) in enumerate(zip(chains, bodies)):
        scheme = raised_to(body)
        # What it would be, were it raised as it stands.
        scale = scheme or next(
            ((c, "divide") if operation == "divf" else (convert(1 / c, "f32"), "multiply")
             for operation, _, c in chain.steps if operation in ("divf", "mulf")), (1.0, "divide"))
        values = chain.samples(generator)
        different = [v for v in values if not same(chain.compute(v), quantize(v, *scale, chain.end))]
        raised += scheme is not None
        if scheme and different:
            wrong += 1
            print("wrong for %r (%r, expected %r), scale %r:\n%s" % (
                different[0], quantize(different[0], *scale, chain.end),
                chain.compute(different[0]), scale, chain.text("chain%d" % index)))
        elif not scheme:
            differing += bool(different)
            equal += not different
            if arguments.verbose and not different:
                print("left, but exact:\n" + chain.text("chain%d" % index))
    print("%d chains: %d raised, %d of them wrong; %d left that differ, %d left that do not"
          % (len(chains), raised, wrong, differing, equal))
    return 0 if wrong == 0 and raised >= arguments.count // 8 and differing >= arguments.count // 8 else 1


if __name__ == "__main__":
    sys.exit(main())
