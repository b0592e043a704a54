//===- Quantize.h - Rule R5 on tensors --------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_NUMERICS_QUANTIZE_H
#define CONORM_RUNTIME_LIB_NUMERICS_QUANTIZE_H

#include "conorm-runtime/ops.h"

namespace conorm::rt {

/// Elements of a row that share a computed scale: the scheme's block, or all
/// `cols` of them.
int64_t quantBlock(const conorm_quant &quant, int64_t cols);

/// Whether the scheme computes scales; per_tensor is given its only one.
inline bool computesScales(const conorm_quant &quant) {
  return quant.scheme != CONORM_QUANT_NONE &&
         quant.scheme != CONORM_QUANT_PER_TENSOR;
}

/// Whether the scheme reads one f32: a static scale, or nvfp4's global one.
inline bool readsScale(const conorm_quant &quant) {
  return quant.scheme == CONORM_QUANT_PER_TENSOR ||
         quant.scheme == CONORM_QUANT_NVFP4;
}

/// Bytes of the buffers `quantized` and `scales`, padding included. Sizes that
/// do not fit give -1.
int64_t quantizedBytes(const conorm_quant &quant, int64_t rows, int64_t cols);
int64_t scalesBytes(const conorm_quant &quant, int64_t rows, int64_t cols);

/// Quantizes a tensor [rows, cols] row by row, in any order.
class Quantizer {
public:
  /// The buffers are those of the whole tensor; either may be null. Without a
  /// scheme there is nothing to do. Writes the scales' padding, and what a
  /// tensor without columns has of scales.
  Quantizer(uint32_t type, const conorm_quant &quant, const void *scale,
            int64_t rows, int64_t cols, void *quantized, void *scales);

  explicit operator bool() const { return quantized || scales; }

  /// `y`: the row's elements.
  void quantizeRow(int64_t row, const void *y) const;

private:
  void quantizeArrangedRow(int64_t row, const char *y) const;
  void arrange(int64_t row, int64_t first, const uint8_t *codes,
               int64_t count) const;

  uint32_t type;
  const conorm_quant &quant;
  float scale = 0.0f;
  int64_t rows, cols;
  int64_t block;
  int64_t blocksPerRow;
  uint8_t *quantized;
  char *scales;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_NUMERICS_QUANTIZE_H
