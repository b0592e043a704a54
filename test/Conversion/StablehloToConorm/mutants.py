#!/usr/bin/env python3
"""Flips one detail at a time of sites that fuse, and checks what is said.

A site is an all_reduce, a residual, a norm and, for some, a quantization, as JAX
writes them. Each mutant either stays unfused, and a remark names the detail that
was flipped, or it is listed as equal: then the same operation is made of it as of
the form that it equals.

usage: mutants.py CONORM_OPT [--write DIRECTORY]
"""

import collections
import pathlib
import re
import subprocess
import sys

ROWS, COLUMNS = 8, 8


class Text:
    """Operations of one function, in generic text."""

    def __init__(self):
        self.lines, self.types, self.count = [], {}, 0

    def add(self, name, operands, result, attributes="", region=""):
        self.count += 1
        value = "%%v%d" % self.count
        operand_types = ", ".join(self.types[operand] for operand in operands)
        self.lines.append('  %s = "%s"(%s)%s%s : (%s) -> %s' % (
            value, name, ", ".join(operands), " <{%s}>" % attributes if attributes else "",
            region, operand_types, result))
        self.types[value] = result
        return value

    def tensor(self, value, element):
        """The type of `value` with another element."""
        return re.sub(r"(bf16|f16|f32|f8E4M3FN)>$", element + ">", self.types[value])


def region(step, element):
    return (' ({\n  ^bb0(%%a: tensor<%(t)s>, %%b: tensor<%(t)s>):\n'
            '    %%s = "stablehlo.%(step)s"(%%a, %%b) : (tensor<%(t)s>, tensor<%(t)s>) -> tensor<%(t)s>\n'
            '    "stablehlo.return"(%%s) : (tensor<%(t)s>) -> ()\n  })' % {"t": element, "step": step})


class Site:
    """Builds one function; `flips` name the details that differ."""

    def __init__(self, base, rank, flip):
        self.base, self.rank, self.flip = base, rank, flip
        self.text = Text()
        self.shape = "x".join(str(size) for size in ([2] if rank == 3 else []) + [ROWS, COLUMNS])
        self.rows = self.shape.rsplit("x", 1)[0]
        self.last = rank - 1

    def is_(self, flip):
        return self.flip == flip

    def op(self, name, operands, element=None, result=None, **more):
        result = result or self.text.tensor(operands[0], element or self.element(operands[0]))
        dialect = "chlo" if name == "square" else "stablehlo"
        return self.text.add("%s.%s" % (dialect, name), operands, result, **more)

    def element(self, value):
        return re.search(r"(bf16|f16|f32|f8E4M3FN)>$", self.text.types[value])[1]

    def splat(self, value, like, element=None):
        element = element or self.element(like)
        scalar = self.op("constant", [], result="tensor<%s>" % element,
                         attributes="value = dense<%s> : tensor<%s>" % (value, element))
        return self.op("broadcast_in_dim", [scalar], result=self.text.tensor(like, element),
                       attributes="broadcast_dimensions = array<i64>")

    def spread(self, value, dims, result):
        return self.op("broadcast_in_dim", [value], result=result,
                       attributes="broadcast_dimensions = array<i64%s>" % (": " + ", ".join(map(str, dims)) if dims else ""))

    # The parts of a site.

    def reduce(self, x, element="bf16"):
        groups = {"group is uneven": "dense<[[0, 1], [2, -1]]> : tensor<2x2xi64>",
                  "group lacks a rank": "dense<[[0, 2]]> : tensor<1x2xi64>",
                  "group has a rank twice": "dense<[[0, 0]]> : tensor<1x2xi64>",
                  "group is of another mesh": "#stablehlo.replica_group_mesh_axes<mesh = @other, axes = "
                                              "[#stablehlo.axis_ref<name = \"tp\">]>"}
        group = groups.get(self.flip, "dense<[[0, 1]]> : tensor<1x2xi64>")
        step = {"region is maximum": "maximum", "region is minimum": "minimum",
                "region is multiply": "multiply", "region is subtract": "subtract"}.get(self.flip, "add")
        return self.op("all_reduce", [x], region=region(step, element), attributes=(
            "channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, "
            "replica_groups = %s, use_global_device_ids" % group))

    def square(self, wide):
        forms = {"square is a cube": lambda: self.op("power", [wide, self.splat("3.0", wide)]),
                 "square is the rows": lambda: wide,
                 "square is negated": lambda: self.op("negate", [self.op("square", [wide])]),
                 "square is with another": lambda: self.op("multiply", [wide, self.other_wide()]),
                 "square is an absolute value": lambda: self.op("abs", [wide]),
                 "square is a sum": lambda: self.op("add", [wide, wide]),
                 "square is a product": lambda: self.op("multiply", [wide, wide]),
                 "square is a power": lambda: self.op("power", [wide, self.splat("2.0", wide)])}
        return forms.get(self.flip, lambda: self.op("square", [wide]))()

    def other_wide(self):
        return self.op("convert", ["%other"], element="f32")

    def total(self, squares, element="f32"):
        """The sum of each row, with a last dimension of 1."""
        init = {"sum begins with 1": "1.0"}.get(self.flip, "0.0")
        step = {"sum is a maximum": "maximum", "sum is a minimum": "minimum",
                "sum is a product": "multiply"}.get(self.flip, "add")
        dims, result = [self.last], "tensor<%sx%s>" % (self.rows, element)
        if self.is_("sum is over rows"):
            dims = [self.last - 1]
        zero = self.op("constant", [], result="tensor<%s>" % element,
                       attributes="value = dense<%s> : tensor<%s>" % (init, element))
        total = self.op("reduce", [squares, zero], result=result, region=region(step, element),
                        attributes="dimensions = array<i64: %d>" % dims[0])
        if self.is_("sum is of all ranks"):
            total = self.reduce(total, element)
        if self.is_("sum is a cumulative one"):
            total = self.op("exponential", [total])
        lead = list(range(self.last))
        return self.spread(total, lead, "tensor<%sx1x%s>" % (self.rows, element))

    def mean(self, total):
        divisors = {"mean divides by 7": 7.0, "mean divides by 9": 9.0, "mean divides by 16": 16.0,
                    "mean divides by 1": 1.0, "mean divides by -8": -8.0, "mean divides by 8.5": 8.5}
        if self.is_("mean does not divide"):
            return total
        if self.is_("mean multiplies"):
            return self.op("multiply", [total, self.splat("0.125", total)])
        if self.is_("mean multiplies by 1/7"):
            return self.op("multiply", [total, self.splat("0.142857149", total)])
        if self.is_("mean multiplies by 8"):
            return self.op("multiply", [total, self.splat("8.0", total)])
        if self.is_("mean is inverted"):
            return self.op("divide", [self.splat("8.0", total), total])
        if self.is_("mean divides by another value"):
            return self.op("divide", [total, self.spread("%row", range(self.rank), self.text.types[total])])
        return self.op("divide", [total, self.splat(repr(divisors.get(self.flip, 8.0)), total)])

    def with_epsilon(self, mean):
        epsilon = "1.0e-05"
        if self.is_("epsilon is absent") or self.flip in ("epsilon is behind the root",
                                                          "epsilon is added to the sum"):
            return mean
        if self.is_("epsilon is a maximum"):
            return self.op("maximum", [mean, self.splat(epsilon, mean)])
        if self.is_("epsilon is subtracted"):
            return self.op("subtract", [mean, self.splat(epsilon, mean)])
        if self.is_("epsilon is multiplied"):
            return self.op("multiply", [mean, self.splat(epsilon, mean)])
        if self.is_("epsilon is negative"):
            return self.op("add", [mean, self.splat("-1.0e-05", mean)])
        if self.is_("epsilon differs by row"):
            return self.op("add", [mean, self.spread("%row", range(self.rank), self.text.types[mean])])
        if self.is_("epsilon is on the left"):
            return self.op("add", [self.splat(epsilon, mean), mean])
        if self.is_("epsilon is added in bf16"):
            narrow = self.op("convert", [mean], element="bf16")
            return self.op("convert", [self.op("add", [narrow, self.splat(epsilon, narrow)])],
                           element="f32")
        return self.op("add", [mean, self.splat(epsilon, mean)])

    def root(self, mean):
        forms = {"root is not inverted": lambda: self.op("sqrt", [mean]),
                 "root is a power of -0.25": lambda: self.op("power", [mean, self.splat("-0.25", mean)]),
                 "root is a power of -1": lambda: self.op("power", [mean, self.splat("-1.0", mean)]),
                 "root is a power": lambda: self.op("power", [mean, self.splat("-0.5", mean)]),
                 "root is divided": lambda: self.op(
                     "divide", [self.splat("1.0", mean), self.op("sqrt", [mean])]),
                 "root is rounded": lambda: self.op("convert", [self.op("convert", [
                     self.op("rsqrt", [mean])], element="bf16")], element="f32")}
        root = forms.get(self.flip, lambda: self.op("rsqrt", [mean]))()
        if self.is_("epsilon is behind the root"):
            root = self.op("add", [root, self.splat("1.0e-05", root)])
        return root

    def scaled(self, rows, wide, root):
        """The product of the rows and the root."""
        dims = list(range(self.rank))
        full = "tensor<%sxf32>" % self.shape
        if self.is_("root is along other rows"):
            flat = self.op("reshape", [root], result="tensor<%sxf32>" % self.rows)
            dims = dims[:-2] + [self.last]
            root = self.spread(flat, dims, full)
        else:
            root = self.spread(root, dims, full)
        if self.is_("rows are others"):
            wide = self.other_wide()
        if self.is_("rows are gated"):
            wide = self.op("multiply", [wide, self.other_wide()])
        if self.is_("rows are negated"):
            wide = self.op("negate", [wide])
        if self.is_("product is a sum"):
            return self.op("add", [wide, root])
        if self.is_("product is a division"):
            return self.op("divide", [wide, root])
        if self.is_("product is in bf16"):
            narrow = self.op("convert", [root], element="bf16")
            return self.op("multiply", [rows, narrow])
        if self.is_("product has the root first"):
            return self.op("multiply", [root, wide])
        return self.op("multiply", [wide, root])

    def weight(self, name, element):
        """The weight as large as the rows."""
        full = "tensor<%sx%s>" % (self.shape, element)
        if self.is_("weight is along rows"):
            return self.spread(name, [self.last - 1], full)
        if self.is_("weight is spread twice"):
            ones = "x".join(["1"] * (self.rank - 1) + [str(COLUMNS)])
            return self.spread(self.spread(name, [self.last], "tensor<%sx%s>" % (ones, element)),
                               range(self.rank), full)
        return self.spread(name, [self.last], full)

    def norm(self, rows, weight):
        wide = rows if self.is_("statistic is in bf16") else self.op("convert", [rows], element="f32")
        centered = wide
        if self.is_("rows are centered"):
            total = self.op("divide", [self.total(wide), self.splat("8.0", self.total(wide))])
            centered = self.op("subtract", [wide, self.spread(total, range(self.rank), self.text.types[wide])])
        if self.is_("squares are in bf16"):
            squares = self.op("convert", [self.op("square", [rows])], element="f32")
        else:
            squares = self.square(centered)
        if self.is_("statistic is in bf16"):
            total = self.op("convert", [self.total(squares, "bf16")], element="f32")
            wide = centered = self.op("convert", [rows], element="f32")
        else:
            total = self.total(squares)
        if self.is_("sum is rounded"):
            total = self.op("convert", [self.op("convert", [total], element="bf16")], element="f32")
        if self.is_("epsilon is added to the sum"):
            total = self.op("add", [total, self.splat("1.0e-05", total)])
        root = self.root(self.with_epsilon(self.mean(total)))
        return self.weighted(rows, self.scaled(rows, centered, root), weight)

    def weighted(self, rows, normed, weight):
        element = "bf16"
        if self.element(normed) == "bf16":
            return self.op("multiply", [normed, self.weight(weight, element)])
        if self.base in ("gemma", "sandwich"):
            wide = self.op("convert", [weight], element="f32")
            one = self.splat({"bias is 2": "2.0"}.get(self.flip, "1.0"), wide)
            if self.is_("bias is absent"):
                total = wide
            elif self.is_("bias is on the right"):
                total = self.op("add", [wide, one])
            elif self.is_("bias is subtracted"):
                total = self.op("subtract", [one, wide])
            elif self.is_("bias is added in bf16"):
                total = self.op("convert", [self.op("add", [
                    weight, self.splat("1.0", weight)])], element="f32")
            else:
                total = self.op("add", [one, wide])
            normed = self.op("multiply", [normed, self.weight(total, "f32")])
            return self.op("convert", [normed], element={
                "result is f16": "f16"}.get(self.flip, "bf16"))
        if self.is_("weight is f32"):
            return self.op("convert", [self.op("multiply", [normed, self.weight("%wide", "f32")])],
                           element="bf16")
        if self.is_("weight is before the rounding"):
            wide = self.op("convert", [weight], element="f32")
            return self.op("convert", [self.op("multiply", [normed, self.weight(wide, "f32")])],
                           element="bf16")
        if self.is_("rounding is to f16"):
            half = self.op("convert", [normed], element="f16")
            return self.op("convert", [half], element="bf16")
        narrow = self.op("convert", [normed], element="bf16")
        if self.is_("weight is absent"):
            return narrow
        factor = "%other" if self.is_("weight is a matrix") else self.weight(weight, "bf16")
        if self.is_("weight is on the left"):
            return self.op("multiply", [factor, narrow])
        return self.op("multiply", [narrow, factor])

    def quantize(self, y):
        wide = self.op("convert", [y], element="f32")
        bound = {"bound is 240": "240.0", "bound is 449": "449.0"}.get(self.flip, "448.0")
        scale = self.spread("%scale", [], self.text.types[wide])
        if self.is_("scale differs by row"):
            scale = self.spread("%row", range(self.rank), self.text.types[wide])
        if self.is_("scale multiplies"):
            wide = self.op("multiply", [wide, scale])
        elif self.is_("scale is applied in bf16"):
            narrow = self.op("convert", [scale], element="bf16")
            wide = self.op("convert", [self.op("divide", [y, narrow])], element="f32")
        else:
            wide = self.op("divide", [wide, scale])
        if self.is_("scale is applied twice"):
            wide = self.op("divide", [wide, scale])
        if self.flip not in ("bounds are absent", "lower bound is absent"):
            wide = self.op("maximum", [wide, self.splat("-" + bound, wide)])
        if self.flip not in ("bounds are absent", "upper bound is absent"):
            wide = self.op("minimum", [wide, self.splat(bound, wide)])
        if self.is_("clamp is an absolute value"):
            wide = self.op("abs", [wide])
        if self.is_("quantized through bf16"):
            wide = self.op("convert", [wide], element="bf16")
        return self.op("convert", [wide], element="f8E4M3FN")

    def residual(self, reduced):
        if self.is_("residual is subtracted"):
            return self.op("subtract", [reduced, "%residual"])
        if self.is_("residual is multiplied"):
            return self.op("multiply", [reduced, "%residual"])
        if self.is_("residual is a second all_reduce"):
            return self.op("add", [reduced, self.reduce("%other")])
        if self.is_("residual is on the left"):
            return self.op("add", ["%residual", reduced])
        if self.is_("a bias is added first"):
            reduced = self.op("add", [reduced, self.weight("%weight", "bf16")])
        if self.is_("the sum is divided first"):
            reduced = self.op("divide", [reduced, self.splat("2.0", reduced)])
        if self.is_("the sum is sliced and padded"):
            reduced = self.op("reverse", [reduced], attributes="dimensions = array<i64: %d>" % self.last)
        return self.op("add", [reduced, "%residual"])

    def build(self):
        full = "tensor<%sxbf16>" % self.shape
        arguments = {"%x": full, "%residual": full, "%other": full, "%weight": "tensor<8xbf16>",
                     "%post": "tensor<8xbf16>", "%wide": "tensor<8xf32>", "%scale": "tensor<f32>",
                     "%row": "tensor<%sx1xf32>" % self.rows}
        self.text.types.update(arguments)
        reduced = self.reduce("%x")
        if self.is_("all_reduce is rounded late"):
            self.text.lines.pop()
            wide = self.op("convert", ["%x"], element="f32")
            reduced = self.op("convert", [self.reduce(wide, "f32")], element="bf16")
        if self.base == "sandwich":
            kept, self.flip = self.flip, self.flip if self.flip else ""
            reduced = self.norm(reduced, "%post")
            if self.element(reduced) != "bf16":
                reduced = self.op("convert", [reduced], element="bf16")
            self.flip = ""
            total = self.op("add", [reduced, "%residual"])
            y = self.norm(total, "%weight")
            self.flip = kept
        else:
            total = self.residual(reduced)
            y = self.norm(total, "%weight")
        results = [y, total]
        if self.base == "fp8":
            results.append(self.quantize(y))
        types = [self.text.types[value] for value in results]
        split = {"weight differs by rank": "%weight", "residual differs by rank": "%residual"}.get(self.flip)
        attribute = lambda name: " {comm.per_rank}" if name == split else ""
        header = ", ".join("%s: %s%s" % (name, kind, attribute(name)) for name, kind in arguments.items())
        return "func.func @site(%s) -> (%s) {\n%s\n  return %s : %s\n}\n" % (
            header, ", ".join(types), "\n".join(self.text.lines), ", ".join(results), ", ".join(types))


# What a remark says of each detail, by its constraint and a part of its reason.
NORM = {
    "square is a cube": "SquaresRows", "square is the rows": "SquaresRows",
    "square is negated": "SquaresRows", "square is with another": "SquaresRows",
    "square is an absolute value": "SquaresRows", "square is a sum": "SquaresRows",
    "rows are centered": "SquaresRows",
    "sum is a maximum": "SumsColumns", "sum is a minimum": "SumsColumns",
    "sum is a product": "SumsColumns", "sum begins with 1": "SumsColumns",
    "sum is over rows": "SumsColumns", "sum is of all ranks": "SumsColumns",
    "sum is a cumulative one": "SumsColumns",
    "mean divides by 7": "DividesByColumns", "mean divides by 9": "DividesByColumns",
    "mean divides by 16": "DividesByColumns", "mean divides by 1": "DividesByColumns",
    "mean divides by -8": "DividesByColumns", "mean divides by 8.5": "DividesByColumns",
    "mean does not divide": "DividesByColumns", "mean multiplies by 1/7": "DividesByColumns",
    "mean multiplies by 8": "DividesByColumns", "mean is inverted": "DividesByColumns",
    "mean divides by another value": "DividesByColumns",
    "epsilon is a maximum": "AddsEpsilon", "epsilon is subtracted": "AddsEpsilon",
    "epsilon is multiplied": "DividesByColumns|SumsColumns", "epsilon is negative": "AddsEpsilon",
    "epsilon differs by row": "AddsEpsilon", "epsilon is behind the root": "AddsEpsilon",
    "epsilon is added to the sum": "AddsEpsilon", "epsilon is added in bf16": "StatisticInF32",
    "root is not inverted": "ScalesRows", "root is a power of -0.25": "ReciprocalRoot",
    "root is a power of -1": "ReciprocalRoot", "root is rounded": "ScalesRows",
    "root is along other rows": "ScalesEachRow",
    "rows are others": "ScalesRows", "rows are gated": "ScalesRows", "rows are negated": "ScalesRows",
    "product is a sum": "ScalesRows", "product is a division": "ScalesRows",
    "product is in bf16": "ScalesRows",
    "statistic is in bf16": "StatisticInF32", "squares are in bf16": "StatisticInF32|SquaresRows",
    "sum is rounded": "StatisticInF32",
}
SITE = {
    "region is maximum": "SumReduction", "region is minimum": "SumReduction",
    "region is multiply": "SumReduction", "region is subtract": "ReducesByOneStep",
    "group is uneven": "EveryRankOnce", "group lacks a rank": "EveryRankOnce",
    "group has a rank twice": "EveryRankOnce", "group is of another mesh": "EveryRankOnce",
    "weight differs by rank": "SameOnEveryRank",
}
RESIDUAL = {
    "residual is subtracted": "ReadByNorm .*stablehlo.subtract",
    "residual is multiplied": "ReadByNorm .*stablehlo.multiply",
    "residual is a second all_reduce": "ResidualNotReduced",
    "residual differs by rank": "SameOnEveryRank",
    "a bias is added first": "ReadByNorm .*stablehlo.add, stablehlo.add|ReadByNorm .*add_rms_norm behind stablehlo.add",
    "the sum is divided first": "ReadByNorm .*stablehlo.divide",
    "the sum is sliced and padded": "ReadByNorm .*stablehlo.reverse",
    "all_reduce is rounded late": "ReadByNorm .*stablehlo.convert",
}
LLAMA = {"weight is f32": "ElementTypesMatch", "rounding is to f16": "ReadByNorm .*stablehlo.convert"}
GEMMA = {"result is f16": "ReadByNorm .*stablehlo.convert", "weight is along rows": "WeightOfColumns"}
QUANTIZE = {
    "bound is 240": "Saturates", "bound is 449": "Saturates", "bounds are absent": "Saturates",
    "lower bound is absent": "Saturates", "upper bound is absent": "Saturates",
    "scale differs by row": "ScaleOfScheme", "scale multiplies": "ScaleOfScheme",
    "scale is applied in bf16": "RoundsOnce|ScaleOfScheme", "scale is applied twice": "OneScaling",
    "clamp is an absolute value": "KnownSteps .*stablehlo.abs", "quantized through bf16": "RoundsOnce",
}

# What computes the same, or the same but for the last bit (docs/Frontends.md).
EQUAL = ["square is a product", "square is a power", "mean multiplies", "epsilon is on the left",
         "root is a power", "root is divided", "product has the root first", "weight is spread twice"]
# What fuses as another operation, whose attributes are the mutant's.
OTHER = {
    "epsilon is absent": r"epsilon = 0\.0", "weight is before the rounding": "!round_then_scale",
    "weight is absent": "!weight", "bias is absent": "!weight_bias", "bias is 2": r"weight_bias = 2\.0",
    "weight is along rows": "!weight\\(", "weight is a matrix": "!weight\\(",
    "bias is subtracted": "!weight_bias", "bias is added in bf16": "!weight_bias",
}
BASES = {
    "llama": [NORM, SITE, RESIDUAL, LLAMA], "gemma": [NORM, SITE, RESIDUAL, GEMMA],
    "sandwich": [NORM, SITE, GEMMA], "fp8": [NORM, SITE, RESIDUAL, LLAMA, QUANTIZE],
}
SAME = {
    "llama": ["residual is on the left", "weight is on the left"],
    "gemma": ["residual is on the left", "bias is on the right"], "sandwich": ["bias is on the right"],
    "fp8": ["residual is on the left"],
}
CHANGED = {
    "llama": ["epsilon is absent", "weight is before the rounding", "weight is absent",
              "weight is along rows", "weight is a matrix"],
    "gemma": ["epsilon is absent", "bias is absent", "bias is 2"],
    "sandwich": [], "fp8": ["epsilon is absent", "weight is before the rounding"],
}


def run(conorm_opt, text):
    done = subprocess.run(
        [conorm_opt, "--conorm-fuse", "--remarks-filter=fuse-all-reduce-norm", "-", "-o", "-"],
        input=text, capture_output=True, text=True, check=False)
    remarks = re.findall(r"\[Missed\] .*?Constraint=(\w+), Reason=\"(.*?)\"\n", done.stderr)
    fused = re.findall(r"comm\.all_reduce_rms_norm.*", done.stdout)
    return done.returncode, ["%s %s" % remark for remark in remarks], fused


def core(fused):
    """A fused operation without the names of its operands."""
    return [re.sub(r"%[\w#]+", "%", line) for line in fused]


def check(conorm_opt, base, rank, flip, expected, reference):
    """What is wrong with one mutant; empty if nothing is. The second is whether
    the detail was named."""
    status, remarks, fused = run(conorm_opt, Site(base, rank, flip).build())
    if status:
        return "it is refused", False
    if expected == "equal":
        same = core(fused) == core(reference)
        return ("" if same else "it is not what it equals: %s %s" % (fused, remarks)), same
    if flip in OTHER and expected == OTHER[flip]:
        negated = expected.startswith("!")
        fits = fused and (re.search(expected.lstrip("!"), fused[0]) is None) == negated
        return ("" if fits else "it has other attributes: %s %s" % (fused, remarks)), bool(fits)
    wanted = expected.split("|")
    named = any(re.match(part, remark) for part in wanted for remark in remarks)
    quantized = base == "fp8" and flip in QUANTIZE
    if any("quantization" in line if quantized else True for line in fused) and base != "sandwich":
        return "it is fused: %s" % fused, named
    if base == "sandwich" and any("post_norm_epsilon" in line for line in fused):
        return "it is fused: %s" % fused, named
    return "", named


def mutants():
    for base, tables in BASES.items():
        for rank in (2, 3):
            for table in tables:
                for flip, expected in table.items():
                    yield base, rank, flip, expected
            for flip in EQUAL + SAME[base]:
                yield base, rank, flip, "equal"
            for flip in CHANGED[base]:
                yield base, rank, flip, OTHER[flip]


def main():
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__.strip())
    conorm_opt, counts, problems = sys.argv[1], collections.Counter(), []
    references = {}
    for base, rank, flip, expected in mutants():
        if (base, rank) not in references:
            status, remarks, fused = run(conorm_opt, Site(base, rank, "").build())
            if status or not fused:
                sys.exit("mutants.py: %s of rank %d does not fuse: %s" % (base, rank, remarks))
            references[base, rank] = fused
        problem, named = check(conorm_opt, base, rank, flip, expected, references[base, rank])
        counts["all"] += 1
        counts["wrong"] += bool(problem)
        counts["unnamed"] += not problem and not named
        if problem or not named:
            text = problem or "no remark names it: %s" % (
                run(conorm_opt, Site(base, rank, flip).build())[1])
            problems.append("%s of rank %d, %s: %s" % (base, rank, flip, text))
        if len(sys.argv) == 4:
            name = "%s-%d-%s.mlir" % (base, rank, flip.replace(" ", "-").replace("/", "-"))
            (pathlib.Path(sys.argv[3]) / name).write_text(Site(base, rank, flip).build())
    print("\n".join(problems))
    print("%d mutants, %d wrong, %d whose detail is not named" % (
        counts["all"], counts["wrong"], counts["unnamed"]))
    sys.exit(1 if counts["wrong"] or 20 * counts["unnamed"] > counts["all"] else 0)


if __name__ == "__main__":
    main()
