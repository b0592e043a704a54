#!/usr/bin/env python3
"""Conversions by a scale, and to powers of two, against their definition.

  scaled-conversions.py module       prints the module
  scaled-conversions.py run RUN SO DIR
"""

import math
import os
import random
import struct
import subprocess
import sys

import cells
import contract

SIZE = 4096
MODULE = """
func.func @f(%%x: tensor<%(n)dxf32>, %%s: tensor<%(n)dxf32>, %%b: tensor<%(n)dxbf16>)
    -> (tensor<%(n)dxf8E8M0FNU>, tensor<%(n)dxf32>, tensor<%(n)dxf8E5M2>, tensor<%(n)dxf8E5M2>, tensor<%(n)dxf32>) {
  %%0 = arith.truncf %%s : tensor<%(n)dxf32> to tensor<%(n)dxf8E8M0FNU>
  %%1 = arith.extf %%0 : tensor<%(n)dxf8E8M0FNU> to tensor<%(n)dxf32>
  %%2 = arith.scaling_truncf %%x, %%s : tensor<%(n)dxf32>, tensor<%(n)dxf32> to tensor<%(n)dxf8E5M2>
  %%3 = arith.scaling_truncf %%x, %%b : tensor<%(n)dxf32>, tensor<%(n)dxbf16> to tensor<%(n)dxf8E5M2>
  %%4 = arith.scaling_extf %%2, %%s : tensor<%(n)dxf8E5M2>, tensor<%(n)dxf32> to tensor<%(n)dxf32>
  return %%0, %%1, %%2, %%3, %%4 : tensor<%(n)dxf8E8M0FNU>, tensor<%(n)dxf32>, tensor<%(n)dxf8E5M2>, tensor<%(n)dxf8E5M2>, tensor<%(n)dxf32>
}
"""


def power_code(x):
    """The exponent's bits; a sign and a fraction are lost."""
    return struct.unpack("<I", struct.pack("<f", x))[0] >> 23 & 0xFF


def power(code):
    return math.nan if code == 255 else math.ldexp(1.0, code - 127)


def e5m2(code):
    """The number that a code of f8E5M2 is: the upper half of an f16."""
    return struct.unpack("<e", bytes([0, code]))[0]


FINITE = sorted((abs(e5m2(code)), code) for code in range(0x7C))


def to_e5m2(x):
    """Nearest, ties to even; infinity beyond the largest number."""
    if math.isnan(x):
        return 0x7F
    sign = 0x80 if math.copysign(1.0, x) < 0 else 0
    x = abs(x)
    if x >= 61440.0:
        return sign | 0x7C
    low, high = 0, len(FINITE) - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if FINITE[middle][0] <= x else (low, middle)
    below, above = x - FINITE[low][0], FINITE[high][0] - x
    if x >= FINITE[high][0] or below > above or (below == above and low % 2):
        low = high
    return sign | FINITE[low][1]


def main():
    if sys.argv[1] == "module":
        print(MODULE % {"n": SIZE})
        return 0
    runner, artifact, directory = sys.argv[2:]
    os.makedirs(directory)
    source = random.Random(1)
    special = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e-45, 1.1754944e-38]
    special += [3.4028235e38, -1.0, 1.5, 3.0, 5.877472e-39, 0.3]

    def values():
        """Any bits, and what is special, in other combinations."""
        out = [
            struct.unpack("<f", struct.pack("<I", source.getrandbits(32)))[0]
            for _ in range(SIZE // 2)
        ]
        out += [contract.f32(source.gauss(0, 1)) for _ in range(SIZE // 4)]
        out += [contract.f32(source.choice(special)) for _ in range(SIZE // 4)]
        source.shuffle(out)
        return out

    x, s = values(), values()
    b = [contract.bf16(value) for value in values()]
    options = []
    for name, type, data in (("x", "f32", x), ("s", "f32", s), ("b", "bf16", b)):
        path = os.path.join(directory, name + ".npy")
        cells.write_npy(path, type, (SIZE,), contract.to_bytes(type, data))
        options += ["--input", "%s=%s" % (name, path)]
    command = [runner, artifact, "--ranks", "1", "--output", directory] + options
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def result(number, type):
        path = os.path.join(directory, "result%d.rank0.npy" % number)
        return contract.canonical(type, cells.read_npy(path))

    codes = [power_code(value) for value in s]
    scaled = [to_e5m2(contract.divide(v, power(c))) for v, c in zip(x, codes)]
    scaled_b = [to_e5m2(contract.divide(v, power(power_code(p)))) for v, p in zip(x, b)]
    back = [contract.multiply(e5m2(q), power(c)) for q, c in zip(scaled, codes)]
    expected = [
        ("f8E8M0FNU", bytes(codes)),
        ("f32", contract.to_bytes("f32", [power(code) for code in codes])),
        ("f8E5M2", bytes(scaled)),
        ("f8E5M2", bytes(scaled_b)),
        ("f32", contract.to_bytes("f32", back)),
    ]
    failed = False
    for number, (type, data) in enumerate(expected):
        wanted, found = contract.canonical(type, data), result(number, type)
        different = sum(p != q for p, q in zip(wanted, found))
        different += abs(len(wanted) - len(found))
        print("result %d: %d elements, %d differ" % (number, len(wanted), different))
        failed |= different != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
