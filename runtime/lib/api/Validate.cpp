//===- Validate.cpp - Checks of the operations' arguments -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Validate.h"

#include <cinttypes>
#include <cstdint>

using namespace conorm::rt;

namespace {
/// A buffer that a call reads or writes.
struct Range {
  const char *name;
  const void *data;
  int64_t bytes;
  bool written;
  /// Whether an output has the shape and type of the inputs it may be.
  bool mayBeInput = true;
};
} // namespace

/// No operation has more buffers.
static constexpr int maxRanges = 10;

Error conorm::rt::checkEnumerator(const char *name, uint32_t value,
                                  uint32_t last) {
  if (value <= last)
    return success();
  return makeError(CONORM_ERROR_INVALID_ARGUMENT, "%s is %u, expected 0 to %u",
                   name, value, last);
}

static Error checkElementType(uint32_t type) {
  if (type == CONORM_TYPE_F32 || type == CONORM_TYPE_F16 ||
      type == CONORM_TYPE_BF16)
    return success();
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "element_type is %u (%s), expected f32, f16 or bf16", type,
                   conorm_type_name(type));
}

static Error checkCommon(uint32_t type, uint32_t reduction, uint32_t numerics) {
  if (Error error = checkElementType(type))
    return error;
  if (Error error =
          checkEnumerator("reduction", reduction, CONORM_REDUCTION_PROD))
    return error;
  return checkEnumerator("numerics", numerics, CONORM_NUMERICS_RELAXED);
}

static Error checkSize(const char *name, int64_t size) {
  if (size >= 0)
    return success();
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "%s is %" PRId64 ", expected at least 0", name, size);
}

/// The product of sizes as elements, refused if the bytes do not fit.
static Error checkProduct(int64_t a, int64_t b, int64_t c, int64_t d,
                          int64_t &out) {
  int64_t limit;
  if (__builtin_mul_overflow(a, b, &out) ||
      __builtin_mul_overflow(out, c, &out) ||
      __builtin_mul_overflow(out, d, &out) ||
      __builtin_mul_overflow(out, int64_t(8), &limit))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "the buffers' sizes in bytes do not fit 64 bits");
  return success();
}

static Error checkPresent(const char *name, const void *data, int64_t count) {
  if (data || count == 0)
    return success();
  return makeError(CONORM_ERROR_INVALID_ARGUMENT, "%s is null", name);
}

static bool overlap(const Range &a, const Range &b) {
  uintptr_t x = reinterpret_cast<uintptr_t>(a.data);
  uintptr_t y = reinterpret_cast<uintptr_t>(b.data);
  return x < y + uintptr_t(b.bytes) && y < x + uintptr_t(a.bytes);
}

/// Checks `count` ranges, inputs before outputs. An output may be exactly an
/// input, one of the first `exact`; nothing else may share memory with it.
static Error checkOverlaps(const Range *ranges, int count, int exact) {
  // Most calls leave most of their buffers out, and pairs are many.
  int present[maxRanges] = {};
  int numPresent = 0;
  for (int i = 0; i < count; ++i)
    if (ranges[i].data && ranges[i].bytes > 0)
      present[numPresent++] = i;
  for (int m = 1; m < numPresent; ++m) {
    const Range &b = ranges[present[m]];
    for (int k = 0; b.written && k < m; ++k) {
      const Range &a = ranges[present[k]];
      if (!overlap(a, b))
        continue;
      bool same = a.data == b.data && a.bytes == b.bytes;
      if (same && present[k] < exact && !a.written && b.mayBeInput)
        continue;
      return makeError(CONORM_ERROR_INVALID_ARGUMENT, "%s overlaps %s%s",
                       b.name, a.name,
                       same || a.written || !b.mayBeInput
                           ? ""
                           : " in part, expected the same buffer or a "
                             "disjoint one");
    }
  }
  return success();
}

static int64_t weightBytes(const conorm_norm &norm, int64_t cols) {
  return conorm_type_bytes(norm.weight_type, cols);
}

static Error checkNorm(const char *prefix, const conorm_norm &norm,
                       uint32_t type, int64_t cols) {
  if (norm.rounding > CONORM_ROUNDING_ROUND_THEN_SCALE_ROUNDED_WEIGHT)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "%s.rounding is %u, expected 0 to 3", prefix,
                     norm.rounding);
  if (norm.weight_type != CONORM_TYPE_NONE &&
      norm.weight_type != CONORM_TYPE_F32 && norm.weight_type != type)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "%s.weight_type is %u (%s), expected none%s%s or f32",
                     prefix, norm.weight_type,
                     conorm_type_name(norm.weight_type),
                     type == CONORM_TYPE_F32 ? "" : ", ",
                     type == CONORM_TYPE_F32 ? "" : conorm_type_name(type));
  // With no rows the sizes of the other buffers do not bound this one.
  if (weightBytes(norm, cols) < 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "%s.weight: the size of %" PRId64
                     " elements in bytes does "
                     "not fit 64 bits",
                     prefix, cols);
  bool wanted = norm.weight_type != CONORM_TYPE_NONE;
  if (wanted && !norm.weight && cols > 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "%s.weight is null but %s.weight_type is %s", prefix,
                     prefix, conorm_type_name(norm.weight_type));
  if (!wanted && norm.weight)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "%s.weight is set but %s.weight_type is none", prefix,
                     prefix);
  return success();
}

Error conorm::rt::validate(const conorm_all_reduce_args &args) {
  if (Error error =
          checkCommon(args.element_type, args.reduction, args.numerics))
    return error;
  if (Error error = checkSize("count", args.count))
    return error;
  int64_t count;
  if (Error error = checkProduct(args.count, 1, 1, 1, count))
    return error;
  if (Error error = checkPresent("input", args.input, count))
    return error;
  if (Error error = checkPresent("output", args.output, count))
    return error;
  int64_t bytes = conorm_type_bytes(args.element_type, count);
  Range ranges[] = {{"input", args.input, bytes, false},
                    {"output", args.output, bytes, true}};
  return checkOverlaps(ranges, 2, 1);
}

/// `outputDim` is what `dim` becomes in the output.
static Error checkScatterGather(const conorm_scatter_gather_args &args,
                                int64_t outputDim) {
  int64_t input, output;
  if (Error error = checkProduct(args.outer, args.dim, args.inner, 1, input))
    return error;
  if (Error error = checkProduct(args.outer, outputDim, args.inner, 1, output))
    return error;
  if (Error error = checkPresent("input", args.input, input))
    return error;
  if (Error error = checkPresent("output", args.output, output))
    return error;
  Range ranges[] = {
      {"input", args.input, conorm_type_bytes(args.element_type, input), false},
      {"output", args.output, conorm_type_bytes(args.element_type, output),
       true}};
  // Shapes are equal in a group of one member only.
  return checkOverlaps(ranges, 2, args.dim == outputDim ? 1 : 0);
}

static Error checkScatterGatherSizes(const conorm_scatter_gather_args &args,
                                     uint32_t reduction) {
  if (Error error = checkCommon(args.element_type, reduction, args.numerics))
    return error;
  if (Error error = checkSize("outer", args.outer))
    return error;
  if (Error error = checkSize("dim", args.dim))
    return error;
  return checkSize("inner", args.inner);
}

Error conorm::rt::validateReduceScatter(const conorm_scatter_gather_args &args,
                                        int64_t groupSize) {
  if (Error error = checkScatterGatherSizes(args, args.reduction))
    return error;
  if (args.dim % groupSize != 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "dim is %" PRId64 ", expected a multiple of the group's "
                     "%" PRId64 " ranks",
                     args.dim, groupSize);
  return checkScatterGather(args, args.dim / groupSize);
}

Error conorm::rt::validateAllGather(const conorm_scatter_gather_args &args,
                                    int64_t groupSize) {
  // The reduction is not used.
  if (Error error = checkScatterGatherSizes(args, CONORM_REDUCTION_SUM))
    return error;
  int64_t outputDim;
  if (Error error = checkProduct(args.dim, groupSize, 1, 1, outputDim))
    return error;
  return checkScatterGather(args, outputDim);
}

/// Sets `count` to the elements from the first of the input to its last.
static Error checkRowGroups(const conorm_rms_norm_args &args, int64_t &count) {
  int64_t rows = args.input_group_rows, stride = args.input_group_stride;
  if (rows == 0 && stride == 0)
    return success();
  int64_t least, groups, ahead;
  if (rows <= 0 || args.rows % rows != 0 ||
      __builtin_mul_overflow(rows, args.cols, &least) || stride < least)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "input_group_rows is %" PRId64
                     " and input_group_stride is %" PRId64
                     ", expected a divisor of the %" PRId64
                     " rows, and at least the elements of a group",
                     rows, stride, args.rows);
  groups = args.rows / rows;
  if (groups == 0)
    return success();
  if (__builtin_mul_overflow(groups - 1, stride, &ahead) ||
      __builtin_add_overflow(ahead, least, &count) ||
      count > INT64_MAX / conorm_type_bytes(args.element_type, 1))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "input_group_stride is %" PRId64
                     ", expected an input below 2^63 bytes",
                     stride);
  return success();
}

Error conorm::rt::validate(const conorm_rms_norm_args &args) {
  if (Error error = checkElementType(args.element_type))
    return error;
  if (Error error = checkSize("rows", args.rows))
    return error;
  if (Error error = checkSize("cols", args.cols))
    return error;
  int64_t count;
  if (Error error = checkProduct(args.rows, args.cols, 1, 1, count))
    return error;
  if (Error error = checkNorm("norm", args.norm, args.element_type, args.cols))
    return error;
  int64_t inputCount = count;
  if (Error error = checkRowGroups(args, inputCount))
    return error;
  if (args.residual_out && !args.residual)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "residual_out is set but residual is null");
  if (Error error = checkPresent("input", args.input, count))
    return error;
  if (Error error = checkPresent("normed", args.normed, count))
    return error;
  int64_t bytes = conorm_type_bytes(args.element_type, count);
  Range ranges[] = {
      {"input", args.input, conorm_type_bytes(args.element_type, inputCount),
       false},
      {"residual", args.residual, bytes, false},
      {"weight", args.norm.weight, weightBytes(args.norm, args.cols), false},
      {"residual_out", args.residual_out, bytes, true},
      {"normed", args.normed, bytes, true}};
  return checkOverlaps(ranges, 5, 2);
}

Error conorm::rt::validate(const conorm_quantize_args &args) {
  if (Error error = checkElementType(args.element_type))
    return error;
  if (Error error = checkSize("rows", args.rows))
    return error;
  if (Error error = checkSize("cols", args.cols))
    return error;
  if (args.quant.scheme == CONORM_QUANT_NONE)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "quant.scheme is none, expected a scheme");
  int64_t count;
  if (Error error = checkProduct(args.rows, args.cols, 1, 1, count))
    return error;
  QuantOperands quant{args.quant, args.rows,      args.cols,
                      args.scale, args.quantized, args.scales};
  if (Error error = validateQuant(quant))
    return error;
  if (Error error = checkPresent("input", args.input, count))
    return error;
  Range ranges[] = {
      {"input", args.input, conorm_type_bytes(args.element_type, count), false},
      {"scale", args.scale, quant.scaleBytes, false},
      {"quantized", args.quantized, quant.quantizedBytes, true, false},
      {"scales", args.scales, quant.scalesBytes, true, false}};
  return checkOverlaps(ranges, 4, 0);
}

/// What must go together in the fused operation.
static Error checkParts(const conorm_all_reduce_rms_norm_args &args) {
  if (Error error = checkEnumerator("replicated", args.replicated, 1))
    return error;
  if (args.residual_out && !args.residual)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "residual_out is set but residual is null");
  if (args.has_post_norm && !args.residual)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "has_post_norm is set but residual is null");
  bool quantizes = args.quant.scheme != CONORM_QUANT_NONE;
  if (!quantizes && (args.quantized || args.scales || args.scale))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "%s is set but quant.scheme is none",
                     args.quantized ? "quantized"
                     : args.scales  ? "scales"
                                    : "scale");
  bool any = args.reduced || args.residual_out || args.normed ||
             args.quantized || args.scales;
  if (!any && args.rows > 0 && args.cols > 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "reduced, residual_out, normed and quantized are all "
                     "null, expected at least one output");
  return success();
}

Error conorm::rt::validate(const conorm_all_reduce_rms_norm_args &args) {
  if (Error error =
          checkCommon(args.element_type, CONORM_REDUCTION_SUM, args.numerics))
    return error;
  if (Error error = checkSize("rows", args.rows))
    return error;
  if (Error error = checkSize("cols", args.cols))
    return error;
  int64_t count;
  if (Error error = checkProduct(args.rows, args.cols, 1, 1, count))
    return error;
  QuantOperands quant{args.quant, args.rows,      args.cols,
                      args.scale, args.quantized, args.scales};
  if (Error error = validateQuant(quant))
    return error;
  if (Error error = checkParts(args))
    return error;
  if (Error error = checkNorm("norm", args.norm, args.element_type, args.cols))
    return error;
  if (args.has_post_norm)
    if (Error error = checkNorm("post_norm", args.post_norm, args.element_type,
                                args.cols))
      return error;
  if (Error error = checkPresent("input", args.input, count))
    return error;
  int64_t bytes = conorm_type_bytes(args.element_type, count);
  int64_t postWeight =
      args.has_post_norm ? weightBytes(args.post_norm, args.cols) : 0;
  Range ranges[] = {
      {"input", args.input, bytes, false},
      {"residual", args.residual, bytes, false},
      {"weight", args.norm.weight, weightBytes(args.norm, args.cols), false},
      {"post norm weight", args.post_norm.weight, postWeight, false},
      {"scale", args.scale, quant.scaleBytes, false},
      {"reduced", args.reduced, bytes, true},
      {"residual_out", args.residual_out, bytes, true},
      {"normed", args.normed, bytes, true},
      {"quantized", args.quantized, quant.quantizedBytes, true, false},
      {"scales", args.scales, quant.scalesBytes, true, false}};
  return checkOverlaps(ranges, 10, 2);
}
