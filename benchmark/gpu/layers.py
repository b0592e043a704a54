#!/usr/bin/env python3
"""Writes a stack of tensor-parallel decoder layers as MLIR.

usage: layers.py --model llama|qwen3_next [--hidden H] [--tokens T]
                 [--ranks N] [--layers L] [--type bf16|fp8] [--products]
                 [-o FILE]

The layers are those of examples/: attention is reduced to its projections and
elementwise work. Shapes are a rank's: N ranks share the H heads and the 3.5 H
columns of the MLP. All layers have the same weights, which are far larger than
a GPU's caches, so that a layer costs what it costs in a model. Weights lie as
torch.nn.Linear has them, [out, in]. With fp8, each norm quantizes per token and
each weight has a scale for each of its rows. With --products, the same products
of matrices stand alone, each on an argument of its own.
"""

import argparse
import sys

HEAD = 128


class Writer:
    def __init__(self, options):
        self.lines = []
        self.count = 0
        self.t = options.tokens
        self.h = options.hidden
        self.attention = options.hidden // options.ranks
        self.mlp = options.hidden * 7 // 2 // options.ranks
        self.fp8 = options.type == "fp8"
        self.gemma = options.model == "qwen3_next"

    def put(self, text):
        self.lines.append("  " + text)

    def name(self, stem):
        self.count += 1
        return "%%%s%d" % (stem, self.count)

    def tensor(self, cols, kind="bf16"):
        return "tensor<%dx%dx%s>" % (self.t, cols, kind)

    def elementwise(self, inputs, cols, body):
        """`body` is written for elements %a0, %a1, ... and yields %value."""
        empty, out = self.name("empty"), self.name("value")
        kind = self.tensor(cols)
        maps = ", ".join(["#id"] * (len(inputs) + 1))
        self.put("%s = tensor.empty() : %s" % (empty, kind))
        self.put("%s = linalg.generic {indexing_maps = [%s], iterator_types = "
                 '["parallel", "parallel"]}' % (out, maps))
        self.put("    ins(%s : %s) outs(%s : %s) {" % (
            ", ".join(inputs), ", ".join([kind] * len(inputs)), empty, kind))
        self.put("  ^bb0(%s, %%unused: bf16):" % ", ".join(
            "%%a%d: bf16" % i for i in range(len(inputs))))
        for line in body:
            self.put("    " + line)
        self.put("    linalg.yield %value : bf16")
        self.put("  } -> " + kind)
        return out

    def weights(self):
        """(name, columns of the result, columns of the input)"""
        parts = 4 if self.gemma else 3
        return [("w_qkv", parts * self.attention, self.h),
                ("w_o", self.h, self.attention), ("w_gate", self.mlp, self.h),
                ("w_up", self.mlp, self.h), ("w_down", self.h, self.mlp)]

    def product(self, value, weight, rows, cols):
        """[T, rows] times [cols, rows], in bf16."""
        x, scale = value if self.fp8 else (value, None)
        kind = "f8E4M3FN" if self.fp8 else "bf16"
        empty, init, total = self.name("empty"), self.name("init"), self.name("sum")
        out = self.name("product")
        wide = self.tensor(cols, "f32")
        self.put("%s = tensor.empty() : %s" % (empty, wide))
        self.put("%s = linalg.fill ins(%%zero : f32) outs(%s : %s) -> %s"
                 % (init, empty, wide, wide))
        self.put("%s = linalg.generic {indexing_maps = [#lhs, #rhs, #out], "
                 'iterator_types = ["parallel", "parallel", "reduction"]}' % total)
        self.put("    ins(%s, %%%s : %s, tensor<%dx%dx%s>) outs(%s : %s) {" % (
            x, weight, self.tensor(rows, kind), cols, rows, kind, init, wide))
        self.put("  ^bb0(%%a: %s, %%b: %s, %%c: f32):" % (kind, kind))
        self.put("    %%l = arith.extf %%a : %s to f32" % kind)
        self.put("    %%r = arith.extf %%b : %s to f32" % kind)
        self.put("    %p = arith.mulf %l, %r : f32")
        self.put("    %s = arith.addf %c, %p : f32")
        self.put("    linalg.yield %s : f32")
        self.put("  } -> " + wide)
        if not self.fp8:
            self.put("%s = arith.truncf %s : %s to %s"
                     % (out, total, wide, self.tensor(cols)))
            return out
        narrow = self.tensor(cols)
        into = self.name("empty")
        self.put("%s = tensor.empty() : %s" % (into, narrow))
        self.put("%s = linalg.generic {indexing_maps = [#id, #row, #col, #id], "
                 'iterator_types = ["parallel", "parallel"]}' % out)
        self.put("    ins(%s, %s, %%%s_scale : %s, tensor<%dx1xf32>, "
                 "tensor<%dxf32>) outs(%s : %s) {" % (
                     total, scale, weight, wide, self.t, cols, into, narrow))
        self.put("  ^bb0(%a: f32, %r: f32, %c: f32, %unused: bf16):")
        self.put("    %x = arith.mulf %a, %r : f32")
        self.put("    %y = arith.mulf %x, %c : f32")
        self.put("    %z = arith.truncf %y : f32 to bf16")
        self.put("    linalg.yield %z : bf16")
        self.put("  } -> " + narrow)
        return out

    def quantize(self, value, cols):
        """What products take: a value, or one with its scales."""
        if not self.fp8:
            return value
        q, s = self.name("quantized"), self.name("scales")
        self.put("%s, %s = norm.quantize %s {scheme = #norm.scheme<per_token>} "
                 ": %s -> %s, tensor<%dx1xf32>" % (
                     q, s, value, self.tensor(cols),
                     self.tensor(cols, "f8E4M3FN"), self.t))
        return q, s

    def norm(self, value, weight):
        out, kind = self.name("normed"), self.tensor(self.h)
        if not self.gemma:
            self.put("%s = norm.rms_norm %s weight(%%%s : tensor<%dxbf16>) "
                     "{epsilon = 1.0e-5 : f32, rounding = "
                     "#norm.rounding<round_then_scale>} : %s"
                     % (out, value, weight, self.h, kind))
            return out
        gamma = self.gamma(weight, self.h, "ones")
        self.put("%s = norm.rms_norm %s weight(%s : tensor<%dxf32>) "
                 "{epsilon = 1.0e-6 : f32} : %s" % (out, value, gamma, self.h, kind))
        return out

    def gamma(self, weight, size, ones):
        wide, out = self.name("wide"), self.name("gamma")
        self.put("%s = arith.extf %%%s : tensor<%dxbf16> to tensor<%dxf32>"
                 % (wide, weight, size, size))
        self.put("%s = arith.addf %s, %%%s : tensor<%dxf32>" % (out, wide, ones, size))
        return out

    def head_norm(self, value, weight):
        heads = self.attention // HEAD
        flat = self.tensor(self.attention)
        split = "tensor<%dx%dx%dxbf16>" % (self.t, heads, HEAD)
        a, b, out = self.name("heads"), self.name("normed"), self.name("flat")
        self.put("%s = tensor.expand_shape %s [[0], [1, 2]] output_shape "
                 "[%d, %d, %d] : %s into %s"
                 % (a, value, self.t, heads, HEAD, flat, split))
        gamma = self.gamma(weight, HEAD, "ones_head")
        self.put("%s = norm.rms_norm %s weight(%s : tensor<%dxf32>) "
                 "{epsilon = 1.0e-6 : f32} : %s" % (b, a, gamma, HEAD, split))
        self.put("%s = tensor.collapse_shape %s [[0], [1, 2]] : %s into %s"
                 % (out, b, split, flat))
        return out

    def reduce(self, value, residual):
        total, out = self.name("reduced"), self.name("residual")
        kind = self.tensor(self.h)
        self.put("%s = comm.all_reduce %s on @tp : %s" % (total, value, kind))
        self.put("%s = arith.addf %s, %s : %s" % (out, total, residual, kind))
        return out

    def layer(self, residual, normed):
        """The residual stream and its norm, after a layer."""
        parts = 4 if self.gemma else 3
        width = self.attention
        x = self.quantize(normed, self.h)
        qkv = self.product(x, "w_qkv", self.h, parts * width)
        slices = []
        for i in range(parts):
            part = self.name("part")
            self.put("%s = tensor.extract_slice %s[0, %d] [%d, %d] [1, 1] : %s to %s"
                     % (part, qkv, i * width, self.t, width,
                        self.tensor(parts * width), self.tensor(width)))
            slices.append(part)
        if self.gemma:
            slices[0] = self.head_norm(slices[0], "q_norm")
            slices[1] = self.head_norm(slices[1], "k_norm")
        attention = self.elementwise(slices[:3], width, [
            "%score = arith.mulf %a0, %a1 : bf16",
            "%value = arith.addf %score, %a2 : bf16"])
        if self.gemma:
            attention = self.elementwise([slices[3], attention], width,
                                         SIGMOID + [
                "%sigmoid = arith.divf %one, %denominator : f32",
                "%narrow = arith.truncf %sigmoid : f32 to bf16",
                "%value = arith.mulf %narrow, %a1 : bf16"])
        attention = self.quantize(attention, width)
        out = self.product(attention, "w_o", width, self.h)
        residual = self.reduce(out, residual)
        x = self.quantize(self.norm(residual, "post_norm"), self.h)
        gate = self.product(x, "w_gate", self.h, self.mlp)
        up = self.product(x, "w_up", self.h, self.mlp)
        act = self.elementwise([gate, up], self.mlp, SIGMOID + [
            "%silu = arith.divf %g, %denominator : f32",
            "%narrow = arith.truncf %silu : f32 to bf16",
            "%value = arith.mulf %narrow, %a1 : bf16"])
        act = self.quantize(act, self.mlp)
        down = self.product(act, "w_down", self.mlp, self.h)
        residual = self.reduce(down, residual)
        return residual, self.norm(residual, "input_norm")

    def arguments(self):
        norms = [("input_norm", self.h), ("post_norm", self.h)]
        if self.gemma:
            norms += [("q_norm", HEAD), ("k_norm", HEAD)]
        out = ["%%input: %s {comm.per_rank}" % self.tensor(self.h)]
        out += ["%%%s: tensor<%dxbf16>" % norm for norm in norms]
        return ",\n    ".join(out + self.weight_arguments())

    def weight_arguments(self):
        kind, out = "f8E4M3FN" if self.fp8 else "bf16", []
        for name, rows, cols in self.weights():
            out.append("%%%s: tensor<%dx%dx%s> {comm.per_rank}" % (
                name, rows, cols, kind))
            if self.fp8:
                out.append("%%%s_scale: tensor<%dxf32> {comm.per_rank}" % (name, rows))
        return out

    def products(self, layers):
        """Arguments, results and types of the products of all layers."""
        kind = "f8E4M3FN" if self.fp8 else "bf16"
        arguments, results, types = [], [], []
        for layer in range(layers):
            for weight, cols, rows in self.weights():
                value = "%%x%d_%s" % (layer, weight)
                arguments.append("%s: %s {comm.per_rank}"
                                 % (value, self.tensor(rows, kind)))
                if self.fp8:
                    arguments.append("%s_scale: tensor<%dx1xf32> {comm.per_rank}"
                                     % (value, self.t))
                    value = value, value + "_scale"
                results.append(self.product(value, weight, rows, cols))
                types.append(self.tensor(cols))
        return ",\n    ".join(arguments + self.weight_arguments()), results, types


SIGMOID = [
    "%g = arith.extf %a0 : bf16 to f32",
    "%negative = arith.negf %g : f32",
    "%exp = math.exp %negative : f32",
    "%denominator = arith.addf %exp, %one : f32",
]


HEADER = [
    "#id = affine_map<(d0, d1) -> (d0, d1)>",
    "#row = affine_map<(d0, d1) -> (d0, 0)>",
    "#col = affine_map<(d0, d1) -> (d1)>",
    "#lhs = affine_map<(d0, d1, d2) -> (d0, d2)>",
    "#rhs = affine_map<(d0, d1, d2) -> (d1, d2)>",
    "#out = affine_map<(d0, d1, d2) -> (d0, d1)>", "",
    "comm.group @tp", "",
]


def write(options):
    writer = Writer(options)
    kind = writer.tensor(writer.h)
    writer.put("%zero = arith.constant 0.0 : f32")
    if options.products:
        arguments, results, types = writer.products(options.layers)
        writer.put("return %s : %s" % (", ".join(results), ", ".join(types)))
        head = "func.func @products(\n    %s) -> (%s) {" % (
            arguments, ", ".join(types))
        return "\n".join(HEADER + [head] + writer.lines + ["}", ""])
    writer.put("%one = arith.constant 1.0 : f32")
    if writer.gemma:
        writer.put("%%ones = arith.constant dense<1.0> : tensor<%dxf32>" % writer.h)
        writer.put("%%ones_head = arith.constant dense<1.0> : tensor<%dxf32>" % HEAD)
    writer.put("%%residual = comm.all_reduce %%input on @tp : %s" % kind)
    residual, normed = "%residual", writer.norm("%residual", "input_norm")
    for _ in range(options.layers):
        residual, normed = writer.layer(residual, normed)
    writer.put("return %s : %s" % (normed, kind))
    head = "func.func @%s(\n    %s) -> %s {" % (
        options.model, writer.arguments(), kind)
    return "\n".join(HEADER + [head] + writer.lines + ["}", ""])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=["llama", "qwen3_next"], required=True)
    parser.add_argument("--hidden", type=int, default=4096)
    parser.add_argument("--tokens", type=int, default=1)
    parser.add_argument("--ranks", type=int, default=4)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--type", choices=["bf16", "fp8"], default="bf16")
    parser.add_argument("--products", action="store_true")
    parser.add_argument("-o", default="-")
    options = parser.parse_args()
    if options.hidden % (HEAD * options.ranks):
        parser.error("expected a hidden size that %d heads of %d divide, found %d"
                     % (options.ranks, HEAD, options.hidden))
    text = write(options)
    if options.o == "-":
        sys.stdout.write(text)
    else:
        with open(options.o, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
