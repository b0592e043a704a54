//===- ValidateQuant.cpp - Checks of a quantization -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The table in ops.h, and the buffers that go with each scheme.
//
//===----------------------------------------------------------------------===//

#include "Validate.h"

#include "numerics/Quantize.h"
#include "support/Names.h"

#include <cinttypes>

using namespace conorm::rt;

static Error checkEnumerators(const conorm_quant &quant) {
  if (Error error =
          checkEnumerator("quant.scheme", quant.scheme, CONORM_QUANT_MXFP8))
    return error;
  if (Error error = checkEnumerator("quant.scale_layout", quant.scale_layout,
                                    CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR))
    return error;
  return checkEnumerator("quant.scale_mode", quant.scale_mode,
                         CONORM_SCALE_MODE_DIVIDE);
}

static Error wrongType(const char *field, uint32_t type, const char *expected,
                       const conorm_quant &quant) {
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "quant.%s is %u (%s), expected %s with scheme %s", field,
                   type, conorm_type_name(type), expected,
                   enumName<conorm_quant_scheme>(quant.scheme));
}

static Error checkTypes(const conorm_quant &quant) {
  uint32_t code = quant.quantized_type, scale = quant.scale_type;
  bool fits = code == CONORM_TYPE_F8E4M3FN;
  const char *expected = "f8E4M3FN";
  if (quant.scheme == CONORM_QUANT_NVFP4) {
    fits = code == CONORM_TYPE_F4E2M1FN;
    expected = "f4E2M1FN";
  } else if (quant.scheme == CONORM_QUANT_PER_TENSOR) {
    fits |= code == CONORM_TYPE_F8E5M2;
    expected = "f8E4M3FN or f8E5M2";
  }
  if (!fits)
    return wrongType("quantized_type", code, expected, quant);
  switch (quant.scheme) {
  case CONORM_QUANT_PER_TENSOR:
    fits = scale == CONORM_TYPE_F32 || scale == CONORM_TYPE_NONE;
    expected = "f32 or none";
    break;
  case CONORM_QUANT_PER_GROUP:
    fits = scale == CONORM_TYPE_F8E8M0FNU ||
           (scale == CONORM_TYPE_F32 &&
            quant.scale_layout == CONORM_SCALE_LAYOUT_LINEAR);
    expected = quant.scale_layout == CONORM_SCALE_LAYOUT_LINEAR
                   ? "f32 or f8E8M0FNU"
                   : "f8E8M0FNU";
    break;
  case CONORM_QUANT_NVFP4:
    fits = scale == CONORM_TYPE_F8E4M3FN;
    expected = "f8E4M3FN";
    break;
  case CONORM_QUANT_MXFP8:
    fits = scale == CONORM_TYPE_F8E8M0FNU;
    expected = "f8E8M0FNU";
    break;
  default:
    fits = scale == CONORM_TYPE_F32;
    expected = "f32";
  }
  return fits ? success() : wrongType("scale_type", scale, expected, quant);
}

static Error checkLayoutAndMode(const conorm_quant &quant) {
  bool fits = true;
  if (quant.scale_layout == CONORM_SCALE_LAYOUT_SWIZZLED_128X4)
    fits = quant.scheme == CONORM_QUANT_NVFP4 ||
           quant.scheme == CONORM_QUANT_MXFP8;
  else if (quant.scale_layout == CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR)
    fits = quant.scheme == CONORM_QUANT_PER_GROUP;
  if (!fits)
    return makeError(
        CONORM_ERROR_INVALID_ARGUMENT,
        "quant.scale_layout is %s, expected %s with scheme %s",
        enumName<conorm_scale_layout>(quant.scale_layout),
        quant.scheme == CONORM_QUANT_PER_GROUP ? "linear or packed_column_major"
        : computesScales(quant) && quant.scheme != CONORM_QUANT_PER_TOKEN
            ? "linear or swizzled_128x4"
            : "linear",
        enumName<conorm_quant_scheme>(quant.scheme));
  if (quant.scale_mode == CONORM_SCALE_MODE_DIVIDE &&
      quant.scheme != CONORM_QUANT_PER_TENSOR)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "quant.scale_mode is divide, expected multiply_reciprocal "
                     "with scheme %s",
                     enumName<conorm_quant_scheme>(quant.scheme));
  return success();
}

static Error checkGroups(const conorm_quant &quant, int64_t cols) {
  if (quant.scheme == CONORM_QUANT_PER_GROUP) {
    if (quant.group_size == 0)
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "quant.group_size is 0, expected at least 1 with scheme "
                       "per_group");
  } else {
    uint32_t implied = quant.scheme == CONORM_QUANT_NVFP4   ? 16
                       : quant.scheme == CONORM_QUANT_MXFP8 ? 32
                                                            : 0;
    if (quant.group_size != 0 && quant.group_size != implied)
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "quant.group_size is %u, expected 0%s with scheme %s",
                       quant.group_size,
                       implied == 16   ? " or 16"
                       : implied == 32 ? " or 32"
                                       : "",
                       enumName<conorm_quant_scheme>(quant.scheme));
  }
  int64_t block = quantBlock(quant, cols);
  if (block != 0 && cols % block != 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "cols is %" PRId64 ", expected a multiple of %" PRId64
                     " with scheme %s",
                     cols, block, enumName<conorm_quant_scheme>(quant.scheme));
  return success();
}

static Error checkBuffers(QuantOperands &operands) {
  const conorm_quant &quant = operands.quant;
  const char *scheme = enumName<conorm_quant_scheme>(quant.scheme);
  operands.scaleBytes = readsScale(quant) ? sizeof(float) : 0;
  operands.quantizedBytes = quantizedBytes(quant, operands.rows, operands.cols);
  operands.scalesBytes = scalesBytes(quant, operands.rows, operands.cols);
  if (operands.quantizedBytes < 0 || operands.scalesBytes < 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "the buffers' sizes in bytes do not fit 64 bits");
  if (readsScale(quant) && !operands.scale)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "scale is null, expected one f32 with scheme %s", scheme);
  if (!readsScale(quant) && operands.scale)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "scale is set, expected null with scheme %s", scheme);
  if (!computesScales(quant) && operands.scales)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "scales is set, expected null with scheme %s", scheme);
  bool empty = operands.quantizedBytes == 0 && operands.scalesBytes == 0;
  if (!operands.quantized && !operands.scales && !empty)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "quantized and scales are null, expected at least one of "
                     "them with scheme %s",
                     scheme);
  return success();
}

Error conorm::rt::validateQuant(QuantOperands &operands) {
  const conorm_quant &quant = operands.quant;
  if (Error error = checkEnumerators(quant))
    return error;
  if (quant.scheme == CONORM_QUANT_NONE)
    return success();
  if (Error error = checkTypes(quant))
    return error;
  if (Error error = checkLayoutAndMode(quant))
    return error;
  if (Error error = checkGroups(quant, operands.cols))
    return error;
  return checkBuffers(operands);
}
