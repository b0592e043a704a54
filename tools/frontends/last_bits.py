#!/usr/bin/env python3
"""Prints how often raising changes a bit of a norm's bf16 and f32 results.

Rows of normal numbers are normed as a program may write it and as rules R3 and R4
compute it, with the same sum of squares. Needs numpy.

usage: last_bits.py [ROWS [COLUMNS]]
"""

import sys

import numpy as np

F32 = np.float32


def to_bf16(values):
    """Rounded to nearest even, as the upper half of the bits."""
    bits = values.view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def main():
    rows, columns = (int(text) for text in (sys.argv[1:] + ["2000", "3072"][len(sys.argv) - 1:]))
    random = np.random.default_rng(1)
    x = (to_bf16(random.standard_normal((rows, columns), F32)).astype(np.uint32) << 16).view(F32)
    w = random.standard_normal(columns, F32) * F32(0.1) + F32(1)
    total = np.sum(x * x, axis=1, keepdims=True, dtype=F32)
    mean = total / F32(columns)
    root = F32(1) / np.sqrt(mean + F32(1e-6))
    contract = (x * root) * w
    # What a correctly rounded reciprocal root of the same mean would be.
    exact = (1 / np.sqrt((mean + F32(1e-6)).astype(np.float64))).astype(F32)
    forms = (
        ("x * (r * w)", x * (root * w)),
        ("x / sqrt(m) * w", (x / np.sqrt(mean + F32(1e-6))) * w),
        ("rsqrt rounded once", (x * exact) * w),
        ("sum * (1 / columns)", (x * (F32(1) / np.sqrt(
            total * (F32(1) / F32(columns)) + F32(1e-6)))) * w),
    )
    print("| form | bf16 results | f32 results |\n|---|---|---|")
    for name, values in forms:
        narrow = np.mean(to_bf16(values) != to_bf16(contract))
        wide = np.mean(values != contract)
        print("| `%s` | %.4f %% | %.1f %% |" % (name, 100 * narrow, 100 * wide))


if __name__ == "__main__":
    main()
