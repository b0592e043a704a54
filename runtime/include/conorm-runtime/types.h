//===- types.h - Types shared by the whole Conorm C ABI -----------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Enumerators are part of the ABI: values are never reused or renumbered. They
// are passed as uint32_t so that their size does not depend on the compiler.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_TYPES_H
#define CONORM_RUNTIME_TYPES_H

#include "conorm-runtime/version.h"

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define CONORM_API
#else
#define CONORM_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Outcome of a call. Every status but CONORM_OK comes with a message, see
/// conorm_context_message().
typedef enum conorm_status {
  CONORM_OK = 0,
  /// An argument is outside its documented domain.
  CONORM_ERROR_INVALID_ARGUMENT = 1,
  /// The combination is legal but this build or backend does not have it.
  CONORM_ERROR_UNSUPPORTED = 2,
  /// Structure or artifact of an incompatible ABI version.
  CONORM_ERROR_VERSION = 3,
  /// Memory, descriptors or another resource could not be had.
  CONORM_ERROR_RESOURCE = 4,
  /// The operating system refused something; the message carries errno's text.
  CONORM_ERROR_SYSTEM = 5,
  /// The ranks could not find each other, or disagree about the world.
  CONORM_ERROR_BOOTSTRAP = 6,
  /// A peer did not arrive before the deadline.
  CONORM_ERROR_TIMEOUT = 7,
  /// A peer's process ended, or it left the group while it was needed.
  CONORM_ERROR_PEER_LOST = 8,
  /// A peer made another call (operation, shape, type, attributes or site).
  CONORM_ERROR_MISMATCH = 9,
  /// Two calls on one communicator overlapped in this process.
  CONORM_ERROR_OVERLAP = 10,
  /// The context has failed before; the first error's message is kept.
  CONORM_ERROR_ABORTED = 11,
  /// The artifact could not be loaded or has no such entry.
  CONORM_ERROR_MODULE = 12
} conorm_status;

/// Element types. 4-bit types are packed two a byte, low nibble first.
typedef enum conorm_type {
  CONORM_TYPE_NONE = 0,
  CONORM_TYPE_F32 = 1,
  CONORM_TYPE_F16 = 2,
  CONORM_TYPE_BF16 = 3,
  CONORM_TYPE_F8E4M3FN = 4,
  CONORM_TYPE_F8E5M2 = 5,
  CONORM_TYPE_F8E8M0FNU = 6,
  CONORM_TYPE_F4E2M1FN = 7,
  CONORM_TYPE_F64 = 8,
  CONORM_TYPE_I1 = 9, /* one byte an element */
  CONORM_TYPE_I8 = 10,
  CONORM_TYPE_I16 = 11,
  CONORM_TYPE_I32 = 12,
  CONORM_TYPE_I64 = 13,
  CONORM_TYPE_INDEX = 14 /* 64 bits */
} conorm_type;

/// Reductions. `max` and `min` are IEEE 754-2019 maximum and minimum: a NaN
/// operand gives NaN, and -0.0 is less than +0.0.
typedef enum conorm_reduction {
  CONORM_REDUCTION_SUM = 0,
  CONORM_REDUCTION_MAX = 1,
  CONORM_REDUCTION_MIN = 2,
  CONORM_REDUCTION_PROD = 3
} conorm_reduction;

/// Communication strategies. Under exact numerics all give the same bits.
typedef enum conorm_strategy {
  CONORM_STRATEGY_AUTO = 0,
  CONORM_STRATEGY_ONE_SHOT = 1,
  CONORM_STRATEGY_TWO_SHOT = 2,
  CONORM_STRATEGY_NCCL = 3,
  CONORM_STRATEGY_MULTIMEM = 4 /* reserved */
} conorm_strategy;

/// Whether bits are promised (rule R1) or only tolerances.
typedef enum conorm_numerics {
  CONORM_NUMERICS_EXACT = 0,
  CONORM_NUMERICS_RELAXED = 1
} conorm_numerics;

/// Where a norm rounds to the element type, rule R4. Bit 0 is the order of
/// scaling and rounding; bit 1, since 1.6, says that the sum of weight_bias and
/// the weight is rounded too.
typedef enum conorm_rounding {
  CONORM_ROUNDING_SCALE_THEN_ROUND = 0,
  CONORM_ROUNDING_ROUND_THEN_SCALE = 1,
  CONORM_ROUNDING_SCALE_THEN_ROUND_ROUNDED_WEIGHT = 2,
  CONORM_ROUNDING_ROUND_THEN_SCALE_ROUNDED_WEIGHT = 3
} conorm_rounding;

/// Quantization schemes, rule R5.
typedef enum conorm_quant_scheme {
  CONORM_QUANT_NONE = 0,
  CONORM_QUANT_PER_TENSOR = 1,
  CONORM_QUANT_PER_TOKEN = 2,
  CONORM_QUANT_PER_GROUP = 3,
  CONORM_QUANT_NVFP4 = 4,
  CONORM_QUANT_MXFP8 = 5
} conorm_quant_scheme;

/// How scales are laid out in memory.
typedef enum conorm_scale_layout {
  CONORM_SCALE_LAYOUT_LINEAR = 0,
  /// [row/128][col/4][row%32][row/32%4][col%4]
  CONORM_SCALE_LAYOUT_SWIZZLED_128X4 = 1,
  /// UE8M0 exponents, four to an int32, column-major, row stride ceil4(rows).
  CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR = 2
} conorm_scale_layout;

/// How a static scale is applied: producers differ and the bits do too.
typedef enum conorm_scale_mode {
  CONORM_SCALE_MODE_MULTIPLY_RECIPROCAL = 0, /* y * (1 / scale) */
  CONORM_SCALE_MODE_DIVIDE = 1               /* y / scale */
} conorm_scale_mode;

/// Backends.
typedef enum conorm_backend {
  CONORM_BACKEND_CPU = 0,
  CONORM_BACKEND_CUDA = 1
} conorm_backend;

/// Where data lies.
typedef enum conorm_memory {
  CONORM_MEMORY_HOST = 0,
  /// Of the context's device.
  CONORM_MEMORY_DEVICE = 1
} conorm_memory;

/// Operations, as named in call headers, messages and observers.
typedef enum conorm_op {
  CONORM_OP_NONE = 0,
  CONORM_OP_ALL_REDUCE = 1,
  CONORM_OP_REDUCE_SCATTER = 2,
  CONORM_OP_ALL_GATHER = 3,
  CONORM_OP_ALL_REDUCE_RMS_NORM = 4,
  CONORM_OP_RMS_NORM = 5,
  CONORM_OP_ADD_RMS_NORM = 6,
  CONORM_OP_QUANTIZE = 7,
  CONORM_OP_MATMUL = 8,
  CONORM_OP_LAUNCH_KERNEL = 9,
  CONORM_OP_COPY = 10
} conorm_op;

/// Size of `count` elements in bytes; 4-bit types round up to a whole byte. -1
/// if `count` is negative or the size does not fit 64 bits, 0 if there is no
/// such type.
CONORM_API int64_t conorm_type_bytes(uint32_t type, int64_t count);

/// MLIR's spelling of a type ("bf16", "f8E4M3FN"), "invalid" if there is none.
CONORM_API const char *conorm_type_name(uint32_t type);

/// Short lower-case name of a status ("ok", "timeout", "peer lost").
CONORM_API const char *conorm_status_name(uint32_t status);

/// Operation's name as in the dialects ("comm.all_reduce").
CONORM_API const char *conorm_op_name(uint32_t op);

/// The ABI version the loaded runtime implements: major << 16 | minor.
CONORM_API uint32_t conorm_abi_version(void);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // CONORM_RUNTIME_TYPES_H
