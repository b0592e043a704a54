#!/usr/bin/env python3
"""Writes one function for each cell of
{no residual, residual} x {plain, Gemma} x {scheme and layout} x {norm kept or not},
with the FileCheck lines of what the fusion makes of it.

Each function is an all_reduce, the residual's addition if there is one, a norm
and a quantization; "kept" means that the function returns the norm as well. The
element type and the norm's rounding change from cell to cell.
"""

import itertools

# Name: scheme, scale operand, quantized type, type of the scales.
SCHEMES = {
    "per_tensor": ("per_tensor", True, "4x128xf8E4M3FN", None),
    "per_tensor_divide": ("per_tensor, mode = divide", True, "4x128xf8E4M3FN", None),
    "per_tensor_e5m2": ("per_tensor", True, "4x128xf8E5M2", None),
    "per_tensor_e5m2_divide": ("per_tensor, mode = divide", True, "4x128xf8E5M2", None),
    "per_token": ("per_token", False, "4x128xf8E4M3FN", "4x1xf32"),
    "per_group": ("per_group, group_size = 64", False, "4x128xf8E4M3FN", "4x2xf32"),
    "per_group_ue8m0": (
        "per_group, group_size = 64", False, "4x128xf8E4M3FN", "4x2xf8E8M0FNU"),
    "per_group_packed": (
        "per_group, group_size = 64, layout = packed_column_major", False,
        "4x128xf8E4M3FN", "1x4xi32"),
    "nvfp4": ("nvfp4", True, "4x64xi8", "4x8xf8E4M3FN"),
    "nvfp4_swizzled": (
        "nvfp4, layout = swizzled_128x4", True, "4x64xi8", "1x2x32x4x4xf8E4M3FN"),
    "mxfp8": ("mxfp8", False, "4x128xf8E4M3FN", "4x4xf8E8M0FNU"),
    "mxfp8_swizzled": (
        "mxfp8, layout = swizzled_128x4", False, "4x128xf8E4M3FN",
        "1x1x32x4x4xf8E8M0FNU"),
}

TYPES = ["bf16", "f16", "f32"]
ROUNDINGS = ["", ", rounding = #norm.rounding<round_then_scale>"]
S = "tensor<1xf32>"


def cell(name, residual, gemma, kept, element, rounding):
    T, W = "tensor<4x128x%s>" % element, "tensor<128x%s>" % element
    scheme, has_scale, quantized, scales = SCHEMES[name]
    function = "_".join(
        [name] + ["residual"] * residual + ["gemma"] * gemma + ["kept"] * kept)
    results = {"normed": T} if kept else {}
    results["quantized"] = "tensor<%s>" % quantized
    if scales:
        results["scales"] = "tensor<%s>" % scales
    bias = ", weight_bias = 1.000000e+00 : f32" if gemma else ""
    types = ", ".join(results.values())

    # What must come out.
    yield "// CHECK-LABEL: func @%s(" % function
    yield "// CHECK-SAME: %%[[X:.*]]: %s, %%[[R:.*]]: %s, %%[[W:.*]]: %s, %%[[S:.*]]: %s)" % (T, T, W, S)
    yield ("// CHECK-NEXT: "
           + ", ".join("%%[[%s:.*]]" % part for part in results)
           + " = comm.all_reduce_rms_norm %%[[X]] on @tp weight(%%[[W]] : %s)" % W
           + (" residual(%%[[R]] : %s)" % T if residual else "")
           + (" scale(%%[[S]] : %s)" % S if has_scale else "")
           + " {epsilon = {{.*}} : f32, quantization = #norm.scheme<%s>%s%s} : %s" % (scheme, rounding, bias, T)
           + " -> (%s)" % ", ".join("%s: %s" % part for part in results.items()))
    yield "// CHECK-NEXT: return " + ", ".join("%%[[%s]]" % part for part in results)

    # What goes in.
    yield "func.func @%s(%%x: %s, %%r: %s, %%w: %s, %%s: %s) -> (%s) {" % (
        function, T, T, W, S, types)
    yield "  %%sum = comm.all_reduce %%x on @tp : %s" % T
    value, weight = "%sum", "%w : " + W
    if residual:
        yield "  %%added = arith.addf %%sum, %%r : %s" % T
        value = "%added"
    if gemma:
        yield "  %one = arith.constant dense<1.0> : tensor<128xf32>"
        wide = "%w"
        if element != "f32":
            wide = "%wide"
            yield "  %%wide = arith.extf %%w : %s to tensor<128xf32>" % W
        yield "  %%gamma = arith.addf %s, %%one : tensor<128xf32>" % wide
        weight = "%gamma : tensor<128xf32>"
    yield "  %%y = norm.rms_norm %s weight(%s) {epsilon = 1.0e-6 : f32%s} : %s" % (
        value, weight, rounding, T)
    outputs = ["%q"] + ["%scales"] * bool(scales)
    yield "  %s = norm.quantize %%y%s {scheme = #norm.scheme<%s>} : %s -> %s" % (
        ", ".join(outputs), " scale(%%s : %s)" % S if has_scale else "", scheme, T,
        ", ".join(list(results.values())[kept:]))
    yield "  return %s : %s" % (", ".join(["%y"] * kept + outputs), types)
    yield "}"
    yield ""


def main():
    print("comm.group @tp\n")
    cells = itertools.product(SCHEMES, (False, True), (False, True), (False, True))
    for index, parts in enumerate(cells):
        element, rounding = TYPES[index % 3], ROUNDINGS[index // 3 % 2]
        print("\n".join(cell(*parts, element, rounding)))


if __name__ == "__main__":
    main()
