"""The rounding contract in plain Python, one element at a time.

Written from docs/RoundingContract.md alone: it shares no code and no method
with the runtime. Numbers are Python floats that hold exact values of their
types; small formats are encoded by looking for the nearest of all their codes.
"""

import bisect
import math
import struct


def f32(x):
    """x rounded to f32."""
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def f16(x):
    try:
        return struct.unpack("<e", struct.pack("<e", x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def bf16(x):
    """x, an f32 number, rounded to bf16."""
    if math.isnan(x) or math.isinf(x):
        return x
    bits = struct.unpack("<I", struct.pack("<f", x))[0]
    low, high = bits & 0xFFFF, bits >> 16
    if low > 0x8000 or (low == 0x8000 and high & 1):
        high += 1
    return struct.unpack("<f", struct.pack("<I", high << 16))[0]


ROUND = {"f32": f32, "f16": f16, "bf16": bf16}


def divide(a, b):
    """a / b, of f32 numbers and rounded to f32, as IEEE 754 has it."""
    if b == 0:
        if a == 0 or math.isnan(a):
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)
    # Two roundings of a quotient, first to f64, are one.
    return f32(a / b)


def add(a, b):
    return f32(a + b)


def multiply(a, b):
    return f32(a * b)


def fma(a, b, c):
    """a * b + c with one rounding: to f64 to odd, and that to f32."""
    product = a * b
    total = product + c
    if math.isnan(total) or math.isinf(total):
        return f32(total)
    rest = total - product
    error = (product - (total - rest)) + (c - rest)
    mantissa = struct.unpack("<Q", struct.pack("<d", total))[0] & 1
    if error != 0 and not mantissa:
        total = math.nextafter(total, math.copysign(math.inf, error))
    return f32(total)


# R1 to R4.


def all_reduce(type, inputs):
    """The members' values, in rank order."""
    result = []
    for values in zip(*inputs):
        total = values[0]
        for value in values[1:]:
            total = add(total, value)
        result.append(ROUND[type](total))
    return result


def add_residual(type, values, residual):
    return [ROUND[type](add(a, b)) for a, b in zip(values, residual)]


def norm_row(type, row, weight, weight_bias, epsilon, rounding, weight_rounding):
    leaves = []
    for start in range(0, len(row), 8):
        total = 0.0
        for value in row[start : start + 8]:
            total = fma(value, value, total)
        leaves.append(total)
    while len(leaves) & (len(leaves) - 1):
        leaves.append(0.0)
    while len(leaves) > 1:
        leaves = [add(a, b) for a, b in zip(leaves[::2], leaves[1::2])]
    mean = divide(leaves[0], f32(len(row)))
    variance = add(mean, f32(epsilon))
    root = variance if math.isnan(variance) else f32(math.sqrt(variance))
    r = divide(1.0, root)
    result = []
    for value, w in zip(row, weight):
        y = multiply(value, r)
        if rounding == "round_then_scale":
            y = ROUND[type](y)
        factor = add(f32(weight_bias), w)
        if weight_rounding == "element_type":
            factor = ROUND[type](factor)
        result.append(ROUND[type](multiply(y, factor)))
    return result


def rms_norm(type, values, columns, *norm):
    result = []
    for start in range(0, len(values), columns):
        result += norm_row(type, values[start : start + columns], *norm)
    return result


# R5.


class SmallFormat:
    """A format of which every code is known."""

    def __init__(self, name, exponent_bits, fraction_bits, bias, codes, nan):
        self.name, self.nan = name, nan
        self.sign = 1 << (exponent_bits + fraction_bits)
        self.values = []
        for code in range(codes):
            exponent, fraction = divmod(code, 1 << fraction_bits)
            unit = 2.0 ** (max(exponent, 1) - bias - fraction_bits)
            implied = (1 << fraction_bits) if exponent else 0
            self.values.append((fraction + implied) * unit)

    def encode(self, x):
        """The nearest code, that is even if two are, and the last if x is
        beyond."""
        if math.isnan(x):
            return self.nan
        sign = self.sign if math.copysign(1.0, x) < 0 else 0
        x = abs(x)
        if x >= self.values[-1]:
            return sign | (len(self.values) - 1)
        above = bisect.bisect_right(self.values, x)
        below = above - 1
        # Both distances are exact in f64.
        down, up = x - self.values[below], self.values[above] - x
        if down < up or (down == up and below % 2 == 0):
            return sign | below
        return sign | above

    def decode(self, code):
        value = self.values[code & (self.sign - 1)]
        return -value if code & self.sign else value


E4M3 = SmallFormat("f8E4M3FN", 4, 3, 7, 0x7F, 0x7F)
E5M2 = SmallFormat("f8E5M2", 5, 2, 15, 0x7C, 0x7F)
E2M1 = SmallFormat("f4E2M1FN", 2, 1, 1, 8, 7)


def encode_e8m0(x):
    """The least power of two that is not below x, as its code."""
    for code in range(255):
        if 2.0 ** (code - 127) >= x:
            return code
    return 254


def largest_magnitude(values):
    return max([abs(v) for v in values if not math.isnan(v)], default=0.0)


def quantize_block(scheme, scale, block):
    """Codes of a block, and its scale: a number of f32, or a code."""
    kind = scheme["kind"]
    if kind == "per_tensor":
        if scheme.get("mode") == "divide":
            quotients = [divide(y, scale) for y in block]
        else:
            inverse = divide(1.0, scale)
            quotients = [multiply(y, inverse) for y in block]
        format = E5M2 if scheme["type"] == "f8E5M2" else E4M3
        return [format.encode(q) for q in quotients], None
    amax = largest_magnitude(block)
    if kind == "nvfp4":
        code = E4M3.encode(divide(multiply(scale, amax), 6.0))
        factor = E4M3.decode(code)
        if factor == 0:
            return [0] * len(block), code
        return [
            E2M1.encode(divide(multiply(y, scale), factor)) for y in block
        ], code
    s = divide(amax, 448.0)
    if kind == "per_token":
        s = max(s, divide(2.0**-9, 448.0))
    elif kind == "per_group":
        s = max(s, f32(1e-10))
    stored = s
    if scheme["scales"] == "f8E8M0FNU":
        stored = encode_e8m0(s)
        s = 2.0 ** (stored - 127)
    return [E4M3.encode(divide(y, s)) for y in block], stored


def block_size(scheme, columns):
    return {
        "per_group": scheme.get("group_size"),
        "nvfp4": 16,
        "mxfp8": 32,
    }.get(scheme["kind"], columns)


def arrange(scheme, scales, rows, blocks):
    """The scales of all blocks, row by row, as bytes in memory."""
    if scheme["scales"] == "f32":
        return struct.pack("<%df" % len(scales), *scales)
    layout = scheme.get("layout", "linear")
    if layout == "linear":
        return bytes(scales)
    if layout == "packed_column_major":
        stride = (rows + 3) // 4 * 4
        memory = bytearray((blocks + 3) // 4 * stride * 4)
        for row in range(rows):
            for block in range(blocks):
                word = block // 4 * stride + row
                memory[word * 4 + block % 4] = scales[row * blocks + block]
        return bytes(memory)
    across = (blocks + 3) // 4
    memory = bytearray((rows + 127) // 128 * across * 512)
    for row in range(rows):
        for block in range(blocks):
            # [row / 128][block / 4][row % 32][row / 32 % 4][block % 4]
            at = row // 128
            at = at * across + block // 4
            at = at * 32 + row % 32
            at = at * 4 + row // 32 % 4
            at = at * 4 + block % 4
            memory[at] = scales[row * blocks + block]
    return bytes(memory)


def quantize(scheme, scale, values, columns):
    """Bytes of the codes, and of the scales, None if there are none."""
    size = block_size(scheme, columns)
    codes, scales = [], []
    for start in range(0, len(values), size):
        block_codes, s = quantize_block(scheme, scale, values[start : start + size])
        codes += block_codes
        scales.append(s)
    if scheme["kind"] == "nvfp4":
        codes = [low | high << 4 for low, high in zip(codes[::2], codes[1::2])]
    if scheme["kind"] == "per_tensor":
        return bytes(codes), None
    rows = len(values) // columns
    return bytes(codes), arrange(scheme, scales, rows, columns // size)


# Values in memory.


def to_bytes(type, values):
    if type == "f32":
        return struct.pack("<%df" % len(values), *values)
    if type == "f16":
        return struct.pack("<%de" % len(values), *values)
    raw = struct.pack("<%df" % len(values), *values)
    return b"".join(raw[i + 2 : i + 4] for i in range(0, len(raw), 4))


def from_bytes(type, data):
    if type == "f32":
        return list(struct.unpack("<%df" % (len(data) // 4), data))
    if type == "f16":
        return list(struct.unpack("<%de" % (len(data) // 2), data))
    wide = b"".join(b"\0\0" + data[i : i + 2] for i in range(0, len(data), 2))
    return list(struct.unpack("<%df" % (len(wide) // 4), wide))


def canonical(type, data):
    """The bytes, with all NaNs of a type made one (R6)."""
    if type in ROUND:
        values = from_bytes(type, data)
        size = len(data) // max(1, len(values))
        return [
            "nan" if math.isnan(v) else data[i * size : (i + 1) * size]
            for i, v in enumerate(values)
        ]
    if type == "f8E4M3FN":
        return ["nan" if b & 0x7F == 0x7F else b for b in data]
    if type == "f8E5M2":
        return ["nan" if b & 0x7F > 0x7C else b for b in data]
    return list(data)
