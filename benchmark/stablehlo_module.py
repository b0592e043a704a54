# Part of the Conorm project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Decoders of any number of layers as JAX writes them: two sites in each."""

ROWS, ROW, MATRIX, WEIGHT = "tensor<1x4x64xbf16>", "tensor<1x4x1xf32>", "tensor<64x64xbf16>", "tensor<64xbf16>"
WIDE = "tensor<1x4x64xf32>"

# `{n}` is the number of the site, `{x}` what the ranks sum, `{r}` the residual.
SITE = """  %s{n} = "stablehlo.all_reduce"({x}) <{{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}}> ({{
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %c = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%c) : (tensor<bf16>) -> ()
  }}) : (ROWS) -> ROWS
  %r{n} = "stablehlo.add"({r}, %s{n}) : (ROWS, ROWS) -> ROWS
  %wide{n} = "stablehlo.convert"(%r{n}) : (ROWS) -> WIDE
  %square{n} = "chlo.square"(%wide{n}) : (WIDE) -> WIDE
  %zero{n} = "stablehlo.constant"() <{{value = dense<0.0> : tensor<f32>}}> : () -> tensor<f32>
  %sum{n} = "stablehlo.reduce"(%square{n}, %zero{n}) <{{dimensions = array<i64: 2>}}> ({{
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %c = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%c) : (tensor<f32>) -> ()
  }}) : (WIDE, tensor<f32>) -> tensor<1x4xf32>
  %kept{n} = "stablehlo.broadcast_in_dim"(%sum{n}) <{{broadcast_dimensions = array<i64: 0, 1>}}> : (tensor<1x4xf32>) -> ROW
  %count{n} = "stablehlo.constant"() <{{value = dense<64.0> : tensor<f32>}}> : () -> tensor<f32>
  %counts{n} = "stablehlo.broadcast_in_dim"(%count{n}) <{{broadcast_dimensions = array<i64>}}> : (tensor<f32>) -> ROW
  %mean{n} = "stablehlo.divide"(%kept{n}, %counts{n}) : (ROW, ROW) -> ROW
  %epsilon{n} = "stablehlo.constant"() <{{value = dense<1.0e-6> : tensor<f32>}}> : () -> tensor<f32>
  %epsilons{n} = "stablehlo.broadcast_in_dim"(%epsilon{n}) <{{broadcast_dimensions = array<i64>}}> : (tensor<f32>) -> ROW
  %shifted{n} = "stablehlo.add"(%mean{n}, %epsilons{n}) : (ROW, ROW) -> ROW
  %root{n} = "stablehlo.rsqrt"(%shifted{n}) : (ROW) -> ROW
  %roots{n} = "stablehlo.broadcast_in_dim"(%root{n}) <{{broadcast_dimensions = array<i64: 0, 1, 2>}}> : (ROW) -> WIDE
  %scaled{n} = "stablehlo.multiply"(%wide{n}, %roots{n}) : (WIDE, WIDE) -> WIDE
  %rounded{n} = "stablehlo.convert"(%scaled{n}) : (WIDE) -> ROWS
  %weights{n} = "stablehlo.broadcast_in_dim"(%w{n}) <{{broadcast_dimensions = array<i64: 2>}}> : (WEIGHT) -> ROWS
  %y{n} = "stablehlo.multiply"(%rounded{n}, %weights{n}) : (ROWS, ROWS) -> ROWS
  %x{n} = "stablehlo.dot_general"(%y{n}, %m{n}) <{{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>}}> : (ROWS, MATRIX) -> ROWS
"""


def make_module(layers):
    text = SITE
    for name in ("ROWS", "ROW", "MATRIX", "WEIGHT", "WIDE"):
        text = text.replace("(%s" % name, "(" + globals()[name]).replace(
            " %s" % name, " " + globals()[name])
    arguments, body, x, r = [f"%x: {ROWS}", f"%r: {ROWS}"], [], "%x", "%r"
    for n in range(2 * layers):
        arguments += [f"%w{n}: {WEIGHT}", f"%m{n}: {MATRIX}"]
        body.append(text.format(n=n, x=x, r=r))
        x, r = f"%x{n}", f"%r{n}"
    return "func.func @decoder(%s) -> %s {\n%s  return %s : %s\n}\n" % (
        ", ".join(arguments), ROWS, "".join(body), x, ROWS)
