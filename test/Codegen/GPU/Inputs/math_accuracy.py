#!/usr/bin/env python3
"""Writes functions of f32, or compares them with the C library's in f64.

usage: math_accuracy.py write | check LIBRARY
"""

import ctypes
import math
import random
import struct
import sys

LIMIT = 0.6
NAMES = ["cos", "cosh", "erf", "exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "sin",
         "sinh", "tanh"]
SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 2.5, -2.5, 2.0 ** -149,
           -2.0 ** -149, 2.0 ** 100, -2.0 ** 100, 16777216.0, 33554432.0, math.inf, -math.inf,
           math.nan]


def write():
    for name in NAMES:
        print("func.func @f_%s(%%x: f32) -> f32 {\n  %%0 = math.%s %%x : f32\n"
              "  return %%0 : f32\n}" % (name, name))
    print("func.func @f_pow(%x: f32, %y: f32) -> f32 {\n  %0 = math.powf %x, %y : f32\n"
          "  return %0 : f32\n}")


def to_f32(bits):
    return struct.unpack("f", struct.pack("I", bits))[0]


def round_to_f32(value):
    return ctypes.c_float(value).value


def unit(value):
    """The unit in the last place of f32 at a value."""
    return 2.0 ** (max(math.frexp(value)[1], -125) - 24)


def is_good(found, exact):
    """Whether f32 `found` is near enough to f64 `exact`."""
    if math.isnan(exact) or math.isnan(found):
        return math.isnan(exact) and math.isnan(found)
    if math.isinf(found) or abs(exact) > 3.4028234e38:
        return found == round_to_f32(exact) or abs(exact) > 3.4028234e38 and math.isinf(found)
    if exact == 0:
        return found == 0 and math.copysign(1, found) == math.copysign(1, exact)
    return abs(found - exact) <= LIMIT * unit(exact)


def get(library, name, kind, count):
    function = getattr(library, name)
    function.restype = kind
    function.argtypes = [kind] * count
    return function


def arguments():
    for number in range(20000):
        value = (to_f32(random.getrandbits(32)) if number % 2
                 else round_to_f32(random.choice([-1, 1]) * 2.0 ** random.uniform(-20, 7.5)))
        yield value
    yield from SPECIAL


def main():
    if sys.argv[1] == "write":
        return write()
    random.seed(1)
    library, libm = ctypes.CDLL(sys.argv[2]), ctypes.CDLL("libm.so.6")
    problems = 0
    for name in NAMES:
        found = get(library, "f_" + name, ctypes.c_float, 1)
        exact = get(libm, name, ctypes.c_double, 1)
        for x in arguments():
            if name in ("sin", "cos") and 2.0 ** 50 <= abs(x) < math.inf:
                continue
            if not is_good(found(x), exact(x)):
                problems += 1
                print("%s(%r): found %r, expected %r" % (name, x, found(x), exact(x)))
    found = get(library, "f_pow", ctypes.c_float, 2)
    exact = get(libm, "pow", ctypes.c_double, 2)
    pairs = [(x, y) for x in SPECIAL for y in SPECIAL]
    pairs += [(round_to_f32(2.0 ** random.uniform(-10, 10)), round_to_f32(random.uniform(-12, 12)))
              for _ in range(20000)]
    for x, y in pairs:
        if not is_good(found(x, y), exact(x, y)):
            problems += 1
            print("pow(%r, %r): found %r, expected %r" % (x, y, found(x, y), exact(x, y)))
    print("%d functions, %d problems" % (len(NAMES) + 1, problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
