//===- ValidateDevice.cpp - Checks of calls of code on a device -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Validate.h"

#include <cinttypes>
#include <tuple>
#include <utility>

using namespace conorm::rt;

static Error checkPresent(const char *name, const void *data) {
  if (data)
    return success();
  return makeError(CONORM_ERROR_INVALID_ARGUMENT, "%s is null", name);
}

static Error checkAtLeast(const char *name, int64_t value, int64_t least) {
  if (value >= least)
    return success();
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "%s is %" PRId64 ", expected at least %" PRId64, name, value,
                   least);
}

Error conorm::rt::validate(const conorm_launch_kernel_args &args) {
  if (Error error = checkPresent("program", args.program))
    return error;
  for (auto [name, size] : {std::pair("grid_x", args.grid_x),
                            {"grid_y", args.grid_y},
                            {"grid_z", args.grid_z}})
    if (Error error = checkAtLeast(name, size, 0))
      return error;
  for (auto [name, size] : {std::pair("block_x", args.block_x),
                            {"block_y", args.block_y},
                            {"block_z", args.block_z}})
    if (Error error = checkAtLeast(name, size, 1))
      return error;
  return success();
}

Error conorm::rt::validate(const conorm_copy_args &args) {
  if (Error error = checkAtLeast("bytes", args.bytes, 0))
    return error;
  if (args.bytes == 0)
    return success();
  if (Error error = checkPresent("input", args.input))
    return error;
  if (Error error = checkPresent("output", args.output))
    return error;
  auto input = reinterpret_cast<uintptr_t>(args.input);
  auto output = reinterpret_cast<uintptr_t>(args.output);
  uintptr_t distance = input < output ? output - input : input - output;
  if (distance >= uintptr_t(args.bytes))
    return success();
  return {CONORM_ERROR_INVALID_ARGUMENT,
          "output overlaps input, expected disjoint buffers"};
}

//===----------------------------------------------------------------------===//
// Products of matrices
//===----------------------------------------------------------------------===//

static bool isF8(uint32_t type) {
  return type == CONORM_TYPE_F8E4M3FN || type == CONORM_TYPE_F8E5M2;
}

/// The table of conorm_matmul_args.
static Error checkTypes(const conorm_matmul_args &args) {
  uint32_t lhs = args.lhs_type, rhs = args.rhs_type, out = args.output_type;
  bool isKnown;
  if (isF8(lhs) && isF8(rhs))
    isKnown = !(lhs == CONORM_TYPE_F8E5M2 && rhs == CONORM_TYPE_F8E5M2) &&
              (out == CONORM_TYPE_BF16 || out == CONORM_TYPE_F16 ||
               out == CONORM_TYPE_F32);
  else
    isKnown = lhs == rhs &&
              (lhs == CONORM_TYPE_F32 || lhs == CONORM_TYPE_F16 ||
               lhs == CONORM_TYPE_BF16) &&
              (out == lhs || out == CONORM_TYPE_F32);
  if (isKnown)
    return success();
  return makeError(CONORM_ERROR_UNSUPPORTED,
                   "expected operands of one type of f32, f16 and bf16 with an "
                   "output of that type or f32, or operands of f8E4M3FN and at "
                   "most one of f8E5M2 with an output of bf16, f16 or f32; "
                   "found %s, %s and %s",
                   conorm_type_name(lhs), conorm_type_name(rhs),
                   conorm_type_name(out));
}

static Error checkScale(const char *name, uint32_t kind, const void *scale,
                        uint32_t type) {
  if (kind > CONORM_MATMUL_SCALE_VECTOR)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "%s_kind is %u, expected 0 to 2", name, kind);
  if (kind == CONORM_MATMUL_SCALE_NONE)
    return success();
  if (!isF8(type))
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "%s scales %s, expected operands of 8 bits", name,
                     conorm_type_name(type));
  return checkPresent(name, scale);
}

/// The elements from the first to the last of a batch of matrices.
static Error checkExtent(int64_t batch, int64_t batchStride, int64_t rows,
                         int64_t rowStride) {
  int64_t matrices, matrix, all, bytes;
  if (!__builtin_mul_overflow(batch, batchStride, &matrices) &&
      !__builtin_mul_overflow(rows, rowStride, &matrix) &&
      !__builtin_add_overflow(matrices, matrix, &all) &&
      !__builtin_mul_overflow(all, int64_t(8), &bytes))
    return success();
  return {CONORM_ERROR_INVALID_ARGUMENT,
          "the buffers' sizes in bytes do not fit 64 bits"};
}

static Error checkMatmulSizes(const conorm_matmul_args &args) {
  for (auto [name, size] : {std::pair("batch", args.batch),
                            {"m", args.m},
                            {"n", args.n},
                            {"k", args.k},
                            {"lhs_batch_stride", args.lhs_batch_stride},
                            {"rhs_batch_stride", args.rhs_batch_stride},
                            {"init_batch_stride", args.init_batch_stride},
                            {"output_batch_stride", args.output_batch_stride}})
    if (Error error = checkAtLeast(name, size, 0))
      return error;
  int64_t lhs = args.lhs_transposed ? args.m : args.k;
  int64_t rhs = args.rhs_transposed ? args.k : args.n;
  for (auto [name, stride, row] :
       {std::tuple("lhs_row_stride", args.lhs_row_stride, lhs),
        {"rhs_row_stride", args.rhs_row_stride, rhs},
        {"init_row_stride", args.init_row_stride, args.init ? args.n : 0},
        {"output_row_stride", args.output_row_stride, args.n}})
    if (Error error = checkAtLeast(name, stride, row))
      return error;
  for (auto [batchStride, rows, rowStride] :
       {std::tuple(args.lhs_batch_stride, args.lhs_transposed ? args.k : args.m,
                   args.lhs_row_stride),
        {args.rhs_batch_stride, args.rhs_transposed ? args.n : args.k,
         args.rhs_row_stride},
        {args.init_batch_stride, args.m, args.init_row_stride},
        {args.output_batch_stride, args.m, args.output_row_stride}})
    if (Error error = checkExtent(args.batch, batchStride, rows, rowStride))
      return error;
  return success();
}

static Error checkF8Layout(const conorm_matmul_args &args) {
  if (!isF8(args.lhs_type))
    return success();
  if (args.lhs_transposed || !args.rhs_transposed || args.n % 16 || args.k % 16)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "expected operands of 8 bits as [m, k] and [n, k] with n "
                     "and k multiples of 16, found %s, %s, n = %" PRId64
                     " and k = %" PRId64,
                     args.lhs_transposed ? "[k, m]" : "[m, k]",
                     args.rhs_transposed ? "[n, k]" : "[k, n]", args.n, args.k);
  // The library would round the product before it adds.
  if (args.init && args.output_type != CONORM_TYPE_F32)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "expected an output of f32 with init and operands of 8 "
                     "bits, found %s",
                     conorm_type_name(args.output_type));
  for (auto [name, stride] : {std::pair("lhs_row_stride", args.lhs_row_stride),
                              {"rhs_row_stride", args.rhs_row_stride},
                              {"lhs_batch_stride", args.lhs_batch_stride},
                              {"rhs_batch_stride", args.rhs_batch_stride}})
    if (stride % 16)
      return makeError(CONORM_ERROR_UNSUPPORTED,
                       "%s is %" PRId64 ", expected a multiple of 16 with "
                       "operands of 8 bits",
                       name, stride);
  return success();
}

Error conorm::rt::validate(const conorm_matmul_args &args) {
  if (Error error = checkTypes(args))
    return error;
  for (auto [name, value] : {std::pair("lhs_transposed", args.lhs_transposed),
                             {"rhs_transposed", args.rhs_transposed}})
    if (Error error = checkEnumerator(name, value, 1))
      return error;
  if (Error error = checkMatmulSizes(args))
    return error;
  if (Error error = checkF8Layout(args))
    return error;
  if (Error error = checkScale("lhs_scale", args.lhs_scale_kind, args.lhs_scale,
                               args.lhs_type))
    return error;
  if (Error error = checkScale("rhs_scale", args.rhs_scale_kind, args.rhs_scale,
                               args.rhs_type))
    return error;
  if (args.batch == 0 || args.m == 0 || args.n == 0)
    return success();
  if (Error error = checkPresent("output", args.output))
    return error;
  if (args.k == 0)
    return success();
  if (Error error = checkPresent("lhs", args.lhs))
    return error;
  return checkPresent("rhs", args.rhs);
}
