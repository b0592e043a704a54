#!/usr/bin/env python3
"""Every cell of {no residual, residual, sandwich} x {plain, Gemma} x {scheme
and layout} x {normed kept or not}: a module, its inputs, and what must come
out by the rounding contract.

  cells.py module SOURCE      prints the module; SOURCE is `separate` operations
                              or the `fused` one
  cells.py run RUN SO DIR     runs every entry with the conorm-run RUN, fused and
                              unfused, and holds what it writes to DIR against
                              contract.py
"""

import json
import os
import random
import struct
import subprocess
import sys

import contract

COLUMNS = 256
KINDS = ("no_residual", "residual", "sandwich")
EPSILON, POST_EPSILON = 1.0e-6, 1.0e-5

SCHEMES = {
    "per_tensor_e4m3": {"kind": "per_tensor", "type": "f8E4M3FN"},
    "per_tensor_e4m3_divide": {
        "kind": "per_tensor",
        "type": "f8E4M3FN",
        "mode": "divide",
    },
    "per_tensor_e5m2": {"kind": "per_tensor", "type": "f8E5M2"},
    "per_tensor_e5m2_divide": {
        "kind": "per_tensor",
        "type": "f8E5M2",
        "mode": "divide",
    },
    "per_token": {"kind": "per_token", "scales": "f32"},
    "per_group": {"kind": "per_group", "group_size": 128, "scales": "f32"},
    "per_group_e8m0": {"kind": "per_group", "group_size": 64, "scales": "f8E8M0FNU"},
    "per_group_packed": {
        "kind": "per_group",
        "group_size": 32,
        "scales": "f8E8M0FNU",
        "layout": "packed_column_major",
    },
    "nvfp4": {"kind": "nvfp4", "scales": "f8E4M3FN"},
    "nvfp4_swizzled": {
        "kind": "nvfp4",
        "scales": "f8E4M3FN",
        "layout": "swizzled_128x4",
    },
    "mxfp8": {"kind": "mxfp8", "scales": "f8E8M0FNU"},
    "mxfp8_swizzled": {
        "kind": "mxfp8",
        "scales": "f8E8M0FNU",
        "layout": "swizzled_128x4",
    },
}


class Entry:
    """A function with the four cells of one kind and scheme."""

    def __init__(self, kind, scheme_name):
        self.kind, self.name = kind, kind + "_" + scheme_name
        self.scheme_name, self.scheme = scheme_name, SCHEMES[scheme_name]
        self.number = KINDS.index(kind) + list(SCHEMES).index(scheme_name)
        # Types, roundings and ranks take turns.
        self.type = ("bf16", "f16", "f32")[self.number % 3]
        self.ranks = 1 + (self.number + KINDS.index(kind)) % 4
        self.has_scale = self.scheme["kind"] in ("per_tensor", "nvfp4")
        self.cells = [
            Cell(self, gemma, kept) for gemma in (False, True) for kept in (True, False)
        ]

    def data_type(self):
        return "tensor<?x%dx%s>" % (COLUMNS, self.type)

    def weight_type(self):
        return "tensor<%dx%s>" % (COLUMNS, self.type)

    def quantized_type(self):
        if self.scheme["kind"] == "nvfp4":
            return "tensor<?x%dxi8>" % (COLUMNS // 2)
        return "tensor<?x%dx%s>" % (COLUMNS, self.code_type())

    def code_type(self):
        return self.scheme.get("type", "f8E4M3FN")

    def scales_type(self):
        blocks = COLUMNS // contract.block_size(self.scheme, COLUMNS)
        layout = self.scheme.get("layout")
        if layout == "packed_column_major":
            return "tensor<%dx?xi32>" % ((blocks + 3) // 4)
        if layout == "swizzled_128x4":
            return "tensor<?x%dx32x4x4x%s>" % ((blocks + 3) // 4, self.scheme["scales"])
        return "tensor<?x%dx%s>" % (blocks, self.scheme["scales"])

    def scheme_attr(self):
        text = self.scheme["kind"]
        for key in ("group_size", "layout", "mode"):
            if key in self.scheme:
                text += ", %s = %s" % (key, self.scheme[key])
        return "#norm.scheme<%s>" % text

    def arguments(self):
        yield "x", self.data_type(), " {comm.per_rank}"
        if self.kind != "no_residual":
            yield "r", self.data_type(), ""
        yield "w", self.weight_type(), ""
        if self.kind == "sandwich":
            yield "p", self.weight_type(), ""
        if self.has_scale:
            yield "s", "tensor<1xf32>", ""

    def text(self, source):
        results = [result for cell in self.cells for result in cell.results()]
        lines = [
            "func.func @%s(%s)\n    -> (%s) {"
            % (
                self.name,
                ", ".join("%%%s: %s%s" % argument for argument in self.arguments()),
                ", ".join(type for _, _, type in results),
            )
        ]
        for cell in self.cells:
            lines += cell.fused() if source == "fused" else cell.separate()
        lines.append(
            "  return %s : %s"
            % (
                ", ".join("%" + value for value, _, _ in results),
                ", ".join(type for _, _, type in results),
            )
        )
        return "\n".join(lines + ["}"])


class Cell:
    def __init__(self, entry, gemma, kept):
        self.entry, self.gemma, self.kept = entry, gemma, kept
        self.id = ("gemma" if gemma else "plain") + ("_kept" if kept else "")
        late = (entry.number + gemma) % 2
        self.rounding = "round_then_scale" if late else "scale_then_round"
        rounds = gemma and entry.number // 2 % 2
        self.weight_rounding = "element_type" if rounds else "none"

    def results(self):
        """What the cell returns: value, part, type."""
        entry = self.entry
        if self.kept and entry.kind == "no_residual":
            yield "reduced_" + self.id, "reduced", entry.data_type()
        if entry.kind != "no_residual":
            yield "sum_" + self.id, "residual_out", entry.data_type()
        if self.kept:
            yield "y_" + self.id, "normed", entry.data_type()
        yield "q_" + self.id, "quantized", entry.quantized_type()
        if entry.scheme["kind"] != "per_tensor":
            yield "s_" + self.id, "scales", entry.scales_type()

    def attributes(self, prefix="", epsilon=EPSILON, rounding=None):
        return (
            "%sepsilon = %e : f32, %sweight_bias = %.1f : f32, "
            "%srounding = #norm.rounding<%s>, "
            "%sweight_rounding = #norm.weight_rounding<%s>"
            % (
                prefix,
                epsilon,
                prefix,
                1.0 if self.gemma else 0.0,
                prefix,
                rounding or self.rounding,
                prefix,
                self.weight_rounding,
            )
        )

    def operand(self, name, keyword):
        types = {argument: type for argument, type, _ in self.entry.arguments()}
        if name not in types:
            return ""
        return " %s(%%%s : %s)" % (keyword, name, types[name])

    def fused(self):
        entry = self.entry
        attributes = self.attributes()
        if entry.kind == "sandwich":
            attributes += ", " + self.attributes("post_norm_", POST_EPSILON)
        return [
            "  %s = comm.all_reduce_rms_norm %%x on @tp"
            % ", ".join("%" + value for value, _, _ in self.results()),
            "   %s%s%s%s"
            % (
                self.operand("w", "weight"),
                self.operand("r", "residual"),
                self.operand("s", "scale"),
                self.operand("p", "post_norm_weight"),
            ),
            "    {%s, quantization = %s}" % (attributes, entry.scheme_attr()),
            "    : %s -> (%s)"
            % (
                entry.data_type(),
                ", ".join("%s: %s" % (part, type) for _, part, type in self.results()),
            ),
        ]

    def separate(self):
        entry, id, data = self.entry, self.id, self.entry.data_type()
        value = "reduced_" + id
        lines = ["  %%%s = comm.all_reduce %%x on @tp : %s" % (value, data)]
        if entry.kind == "sandwich":
            lines.append(
                "  %%first_%s = norm.rms_norm %%%s%s {%s} : %s"
                % (
                    id,
                    value,
                    self.operand("p", "weight"),
                    self.attributes(epsilon=POST_EPSILON),
                    data,
                )
            )
            value = "first_" + id
        if entry.kind == "no_residual":
            lines.append(
                "  %%y_%s = norm.rms_norm %%%s%s {%s} : %s"
                % (id, value, self.operand("w", "weight"), self.attributes(), data)
            )
        else:
            lines.append(
                "  %%y_%s, %%sum_%s = norm.add_rms_norm %%%s, %%r%s {%s} : %s, %s"
                % (
                    id,
                    id,
                    value,
                    self.operand("w", "weight"),
                    self.attributes(),
                    data,
                    data,
                )
            )
        outputs = [r for r in self.results() if r[1] in ("quantized", "scales")]
        lines.append(
            "  %s = norm.quantize %%y_%s%s {scheme = %s} : %s -> %s"
            % (
                ", ".join("%" + value for value, _, _ in outputs),
                id,
                self.operand("s", "scale"),
                entry.scheme_attr(),
                data,
                ", ".join(type for _, _, type in outputs),
            )
        )
        return lines

    def expected(self, data):
        """The bytes of each result, by part."""
        type, scheme = self.entry.type, self.entry.scheme
        bias = 1.0 if self.gemma else 0.0
        roundings = self.rounding, self.weight_rounding
        value = data.reduced()
        parts = {"reduced": value}
        if self.entry.kind == "sandwich":
            value = data.norm("p", value, bias, POST_EPSILON, *roundings)
        if self.entry.kind != "no_residual":
            value = contract.add_residual(type, value, data.values["r"])
            parts["residual_out"] = value
        y = data.norm("w", value, bias, EPSILON, *roundings)
        parts["normed"] = y
        parts = {part: contract.to_bytes(type, v) for part, v in parts.items()}
        scale = data.values["s"][0] if self.entry.has_scale else None
        parts["quantized"], parts["scales"] = contract.quantize(
            scheme, scale, y, COLUMNS
        )
        return parts


ENTRIES = [Entry(kind, scheme) for scheme in SCHEMES for kind in KINDS]

# Inputs.


class Data:
    """The inputs of one call of an entry, and what is computed of them once."""

    def __init__(self, entry, rows, special, seed):
        self.entry = entry
        self.random = random.Random("%s %d" % (entry.name, seed))
        round_ = contract.ROUND[entry.type]
        huge = 3.0e4 if entry.type == "f16" else 1.0e30
        tiny = 1.0e-7 if entry.type == "f16" else 1.0e-40
        normal = lambda scale: contract.f32(self.random.gauss(0, scale))
        self.rows = rows
        # What a row holds: rank `k` of `n`, or the residual if k is None.
        kinds = [
            lambda k, n, i: normal(1.0),
            lambda k, n, i: 0.0,
            lambda k, n, i: normal(1.0) * huge,
            lambda k, n, i: normal(1.0) * tiny,
            lambda k, n, i: float("nan") if (k, i) == (n - 1, 9) else normal(1.0),
            lambda k, n, i: float("inf") if (k, i) == (0, 60) else normal(1.0),
            lambda k, n, i: (-1.0 if k else 1.0) * float("inf")
            if k is not None and i == 77
            else normal(1.0),
            lambda k, n, i: 1.0e4 if i == 129 else normal(1.0e-3),
            lambda k, n, i: -0.0 if i % 3 else normal(1.0e2),
        ]

        def tensor(k):
            return [
                round_(contract.f32(kinds[row % len(kinds)](k, entry.ranks, i)))
                for row in range(rows)
                for i in range(COLUMNS)
            ]

        self.x = [tensor(k) for k in range(entry.ranks)]
        self.values = {"r": tensor(None)}
        for name in ("w", "p"):
            w = [round_(normal(1.0)) for _ in range(COLUMNS)]
            w[33], w[130] = round_(600.0), -1.0
            # Blocks of zeros without, and of small numbers with a weight_bias.
            w[64:96] = [0.0] * 31 + [-0.0]
            w[160:192] = [-1.0] * 32
            if special:
                w[40], w[7] = float("nan"), float("inf")
                w[100], w[200], w[201] = -float("inf"), round_(tiny), round_(huge)
            self.values[name] = w
        scale = 1.0e-42 if special else 0.037
        if entry.scheme["kind"] == "nvfp4":
            scale = 1.0e6 if special else 50.0
        self.values["s"] = [contract.f32(scale)]
        self.cache = {}

    def reduced(self):
        if "reduced" not in self.cache:
            self.cache["reduced"] = contract.all_reduce(self.entry.type, self.x)
        return self.cache["reduced"]

    def norm(self, weight, values, *parameters):
        key = (weight, id(values) if weight == "p" else None) + parameters
        if key not in self.cache:
            self.cache[key] = contract.rms_norm(
                self.entry.type, values, COLUMNS, self.values[weight], *parameters
            )
        return self.cache[key]

    def write(self, directory):
        """Returns conorm-run's options."""
        options = []
        for number, (name, type, _) in enumerate(self.entry.arguments()):
            element = "f32" if name == "s" else self.entry.type
            if name == "x":
                values = [v for rank in self.x for v in rank]
                shape = (len(self.x), self.rows, COLUMNS)
            else:
                values = self.values[name]
                shape = (self.rows, COLUMNS) if name == "r" else (len(values),)
            path = os.path.join(directory, name + ".npy")
            write_npy(path, element, shape, contract.to_bytes(element, values))
            options += ["--input", "%d=%s" % (number, path)]
        return options


def write_npy(path, type, shape, data):
    descr = {"f32": "<f4", "f16": "<f2", "bf16": "<u2"}[type]
    header = "{'descr': '%s', 'fortran_order': False, 'shape': %r, }" % (descr, shape)
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode() + data)


def read_npy(path):
    with open(path, "rb") as file:
        data = file.read()
    return data[10 + struct.unpack("<H", data[8:10])[0] :]


# The run.


# What the codes of all cells hold, to show that the inputs reach it.
SEEN = {"nan": 0, "largest": 0, "zero": 0, "zero scale": 0}


def count_codes(cell, codes, scales):
    kind = cell.entry.scheme["kind"]
    if kind == "nvfp4":
        codes = [nibble for byte in codes for nibble in (byte & 15, byte >> 4)]
        SEEN["largest"] += sum(code & 7 == 7 for code in codes)
        SEEN["zero"] += sum(code & 7 == 0 for code in codes)
    else:
        five = cell.entry.code_type() == "f8E5M2"
        SEEN["nan"] += sum(code == 0x7F for code in codes)
        SEEN["largest"] += sum(code & 0x7F == (0x7B if five else 0x7E) for code in codes)
        SEEN["zero"] += sum(code & 0x7F == 0 for code in codes)
    if kind in ("nvfp4", "mxfp8") and scales:
        SEEN["zero scale"] += sum(scale == 0 for scale in scales)


def check_cell(cell, data, results, rank):
    """Returns what differs, "" if nothing does."""
    expected = cell.expected(data)
    if rank == 0:
        count_codes(cell, expected["quantized"], expected["scales"])
    for _, part, _ in cell.results():
        type = cell.entry.type
        if part == "quantized":
            type = cell.entry.code_type()
            if cell.entry.scheme["kind"] == "nvfp4":
                type = "i8"
        elif part == "scales":
            type = cell.entry.scheme["scales"]
        found = contract.canonical(type, next(results))
        wanted = contract.canonical(type, expected[part])
        if len(found) != len(wanted):
            return "rank %d: %s has %d elements, expected %d" % (
                rank,
                part,
                len(found),
                len(wanted),
            )
        for index, (f, w) in enumerate(zip(found, wanted)):
            if f != w:
                return "rank %d: %s[%d] is %r, expected %r" % (rank, part, index, f, w)
    return ""


def run_entry(entry, runner, artifact, directory, data, calls):
    """Runs both variants; returns what differs by cell."""
    os.makedirs(directory, exist_ok=True)
    command = [runner, artifact, "--entry", entry.name, "--compare", "--json"]
    command += ["--ranks", str(entry.ranks), "--repeat", "1", "--output", directory]
    command += ["--threads"] if entry.number % 2 else []
    done = subprocess.run(
        command + data.write(directory), capture_output=True, text=True
    )
    if done.returncode:
        return [(done.stdout + done.stderr).strip()] * len(entry.cells)
    report = json.loads(done.stdout)
    differences = [""] * len(entry.cells)
    if report["differing_bits"] or bool(report["elements_compared"]) != bool(data.rows):
        differences = ["fused and unfused differ"] * len(entry.cells)
    if calls and report["calls_fused"] != calls:
        differences = [
            "expected %d calls, found %d" % (calls, report["calls_fused"])
        ] * len(entry.cells)
    for rank in range(entry.ranks):
        count = sum(1 for cell in entry.cells for _ in cell.results())
        results = (
            read_npy(os.path.join(directory, "result%d.rank%d.npy" % (i, rank)))
            for i in range(count)
        )
        for number, cell in enumerate(entry.cells):
            difference = check_cell(cell, data, results, rank)
            differences[number] = differences[number] or difference
            if difference:
                # The results of the cells that follow are not in step.
                differences[number + 1 :] = [
                    other or "not compared" for other in differences[number + 1 :]
                ]
                break
    return differences


def run(runner, artifact, directory):
    failures = 0
    for entry in ENTRIES:
        layout = entry.scheme.get("layout", "linear")
        sizes = [(9, False), (9, True), (entry.number % 3, False)]
        if layout != "linear" and entry.kind == "no_residual":
            # More than one tile of 128 rows.
            sizes.append((131, False))
        differences = [""] * len(entry.cells)
        for seed, (rows, special) in enumerate(sizes):
            data = Data(entry, rows, special, seed)
            # One call a cell: each is one fused operation.
            for number, difference in enumerate(
                run_entry(entry, runner, artifact, directory, data, len(entry.cells))
            ):
                where = "%d rows%s: " % (rows, ", special" if special else "")
                if difference and not differences[number]:
                    differences[number] = where + difference
        for cell, difference in zip(entry.cells, differences):
            failures += bool(difference)
            print(
                entry.kind,
                "gemma" if cell.gemma else "plain",
                entry.scheme_name,
                "normed" if cell.kept else "-",
                entry.type,
                cell.rounding,
                cell.weight_rounding,
                "%d ranks:" % entry.ranks,
                difference or "equal",
                flush=True,
            )
    print("codes:", ", ".join("%d %s" % (n, what) for what, n in SEEN.items()))
    cells = sum(len(entry.cells) for entry in ENTRIES)
    print("%d cells, %d differ" % (cells, failures))
    return 1 if failures else 0


def main(arguments):
    if arguments[:1] == ["module"]:
        print("comm.group @tp\n")
        print("\n\n".join(entry.text(arguments[1]) for entry in ENTRIES))
        return 0
    return run(*arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
