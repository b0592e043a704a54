#!/usr/bin/env python3
"""integers.py COMPILE RUN DIRECTORY: converts integers of 64 bits to bf16 and f16.

The integers reach the program in halves, as two f64 each, so that nothing folds
them. What it gives is compared with exact rounding to nearest, ties to even.
"""

import fractions
import os
import random
import struct
import subprocess
import sys

PROGRAM = """
#id = affine_map<(i) -> (i)>
func.func @f(%high: tensor<?xf64>, %low: tensor<?xf64>) -> (KINDS) {
  %zero = arith.constant 0 : index
  %count = tensor.dim %high, %zero : tensor<?xf64>
BODY  return RESULTS : KINDS
}
"""
CONVERSION = """
  %eN = tensor.empty(%count) : tensor<?xKIND>
  %rN = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%high, %low : tensor<?xf64>, tensor<?xf64>) outs(%eN : tensor<?xKIND>) {
  ^bb0(%h: f64, %l: f64, %o: KIND):
    %shift = arith.constant 32 : i64
    %a = arith.fptoui %h : f64 to i64
    %b = arith.fptoui %l : f64 to i64
    %c = arith.shli %a, %shift : i64
    %d = arith.ori %c, %b : i64
    %q = arith.OPERATION %d : i64 to KIND
    linalg.yield %q : KIND
  } -> tensor<?xKIND>
"""
CELLS = [(operation, kind) for operation in ("sitofp", "uitofp") for kind in ("bf16", "f16")]


def convert(number, kind):
    """The bits of `number`, rounded once."""
    fraction, limit = (7, 127) if kind == "bf16" else (10, 15)
    sign, rest = (1 << 15 if number < 0 else 0), fractions.Fraction(abs(number))
    if rest == 0:
        return sign
    exponent = abs(number).bit_length() - 1
    # Python rounds fractions to nearest, ties to even.
    digits = round(rest / fractions.Fraction(2) ** (exponent - fraction))
    code = ((exponent + limit) << fraction) + digits - (1 << fraction)
    return sign | min(code, (2 * limit + 1) << fraction)


def make_numbers(generator):
    numbers = [0, 1, 2**53, 2**53 + 1, 2**63, 2**64 - 1, 2**63 - 1, 2**62 + 2**54 + 1]
    for _ in range(1500):
        # Near the middle between two numbers of bf16, or of f16.
        bits = generator.randrange(1, 65)
        number = generator.getrandbits(9 if generator.random() < 0.5 else 12) << bits
        number += generator.choice((-1, 0, 1, generator.getrandbits(bits)))
        numbers.append(number % 2**64)
    return numbers


def write(path, values):
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }" % len(values)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack("<%dd" % len(values), *values))


def main(compiler, runner, directory):
    body = results = kinds = ""
    for index, (operation, kind) in enumerate(CELLS):
        text = CONVERSION.replace("OPERATION", operation).replace("KIND", kind)
        body += text.replace("eN", "e%d" % index).replace("rN", "r%d" % index)
        results += (", " if results else "") + "%%r%d" % index
        kinds += (", " if kinds else "") + "tensor<?x%s>" % kind
    source, artifact = os.path.join(directory, "i.mlir"), os.path.join(directory, "i.so")
    with open(source, "w") as file:
        file.write(PROGRAM.replace("BODY", body).replace("RESULTS", results).replace("KINDS", kinds))
    numbers = make_numbers(random.Random(11))
    high, low = os.path.join(directory, "high.npy"), os.path.join(directory, "low.npy")
    write(high, [float(number >> 32) for number in numbers])
    write(low, [float(number & 0xFFFFFFFF) for number in numbers])
    subprocess.run([compiler, source, "-o", artifact], check=True)
    command = [runner, artifact, "--ranks", "1", "--threads", "--output", directory]
    command += ["--input", "0=" + high, "--input", "1=" + low]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for index, (operation, kind) in enumerate(CELLS):
        with open(os.path.join(directory, "result%d.rank0.npy" % index), "rb") as file:
            data = file.read()
        found = struct.unpack("<%dH" % len(numbers), data[-2 * len(numbers):])
        differ = 0
        for number, bits in zip(numbers, found):
            if operation == "sitofp" and number >= 2**63:
                number -= 2**64
            differ += convert(number, kind) != bits
        print("%s to %s: %d integers, %d differ" % (operation, kind, len(numbers), differ))


if __name__ == "__main__":
    main(*sys.argv[1:])
