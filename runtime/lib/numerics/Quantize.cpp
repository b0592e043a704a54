//===- Quantize.cpp - Rule R5 on tensors ----------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sizes and layouts (R5.11); the arithmetic is in QuantizeKernels.h.
//
//===----------------------------------------------------------------------===//

#include "Quantize.h"

#include "Numerics.h"

#include <algorithm>
#include <cstring>

using namespace conorm::rt;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

int64_t conorm::rt::quantBlock(const conorm_quant &quant, int64_t cols) {
  switch (quant.scheme) {
  case CONORM_QUANT_PER_GROUP:
    return quant.group_size;
  case CONORM_QUANT_NVFP4:
    return 16;
  case CONORM_QUANT_MXFP8:
    return 32;
  default:
    return cols;
  }
}

/// Scales of one row. A row without elements has one all the same if it has
/// one at any length.
static int64_t blocksOf(const conorm_quant &quant, int64_t cols) {
  return quant.scheme == CONORM_QUANT_PER_TOKEN
             ? 1
             : cols / quantBlock(quant, cols);
}

/// The product of sizes that are at least 0; -1 if it does not fit.
static int64_t product(int64_t a, int64_t b, int64_t c) {
  int64_t result;
  if (__builtin_mul_overflow(a, b, &result) ||
      __builtin_mul_overflow(result, c, &result))
    return -1;
  return result;
}

/// Without the overflow that adding first would have.
static int64_t ceilDiv(int64_t size, int64_t by) {
  return size / by + (size % by != 0);
}

int64_t conorm::rt::quantizedBytes(const conorm_quant &quant, int64_t rows,
                                   int64_t cols) {
  return product(rows, conorm_type_bytes(quant.quantized_type, cols), 1);
}

int64_t conorm::rt::scalesBytes(const conorm_quant &quant, int64_t rows,
                                int64_t cols) {
  if (!computesScales(quant))
    return 0;
  int64_t blocks = blocksOf(quant, cols);
  switch (quant.scale_layout) {
  case CONORM_SCALE_LAYOUT_SWIZZLED_128X4:
    return product(ceilDiv(rows, 128), ceilDiv(blocks, 4), 512);
  case CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR:
    return product(ceilDiv(rows, 4), ceilDiv(blocks, 4), 16);
  default:
    return product(rows, blocks, conorm_type_bytes(quant.scale_type, 1));
  }
}

//===----------------------------------------------------------------------===//
// Quantizer
//===----------------------------------------------------------------------===//

Quantizer::Quantizer(uint32_t type, const conorm_quant &quant,
                     const void *scale, int64_t rows, int64_t cols,
                     void *quantized, void *scales)
    : type(type), quant(quant), rows(rows), cols(cols),
      block(quantBlock(quant, cols)), blocksPerRow(1),
      quantized(static_cast<uint8_t *>(quantized)),
      scales(static_cast<char *>(scales)) {
  if (!*this)
    return;
  if (readsScale(quant) && scale)
    memcpy(&this->scale, scale, sizeof(this->scale));
  if (quant.scheme != CONORM_QUANT_PER_TENSOR)
    blocksPerRow = blocksOf(quant, cols);
  // Padding is what no row writes; only these layouts have any.
  if (scales && quant.scale_layout != CONORM_SCALE_LAYOUT_LINEAR)
    memset(scales, 0, scalesBytes(quant, rows, cols));
  // No data, no row: the reduction will not come by.
  if (cols == 0)
    for (int64_t row = 0; row < rows; ++row)
      quantizeRow(row, nullptr);
}

void Quantizer::quantizeRow(int64_t row, const void *y) const {
  if (scales && quant.scale_layout != CONORM_SCALE_LAYOUT_LINEAR)
    return quantizeArrangedRow(row, static_cast<const char *>(y));
  int64_t bytes = conorm_type_bytes(quant.quantized_type, cols);
  int64_t scaleBytes = conorm_type_bytes(quant.scale_type, blocksPerRow);
  quantizeBlocks(type, quant, scale, y, blocksPerRow, block,
                 quantized ? quantized + row * bytes : nullptr,
                 scales ? scales + row * scaleBytes : nullptr);
}

/// Some blocks at a time, their scales put where they belong.
void Quantizer::quantizeArrangedRow(int64_t row, const char *y) const {
  constexpr int64_t atOnce = 256;
  uint8_t codes[atOnce];
  int64_t bytes = conorm_type_bytes(quant.quantized_type, block);
  uint8_t *to = quantized ? quantized + row * bytes * blocksPerRow : nullptr;
  for (int64_t first = 0; first < blocksPerRow; first += atOnce) {
    int64_t count = std::min(atOnce, blocksPerRow - first);
    quantizeBlocks(type, quant, scale,
                   y + conorm_type_bytes(type, first * block), count, block,
                   to ? to + first * bytes : nullptr, codes);
    arrange(row, first, codes, count);
  }
}

/// Scales [first, first + count) of a row, `first` a multiple of four. Both
/// layouts keep four of a row together.
void Quantizer::arrange(int64_t row, int64_t first, const uint8_t *codes,
                        int64_t count) const {
  int64_t origin, stride;
  if (quant.scale_layout == CONORM_SCALE_LAYOUT_SWIZZLED_128X4) {
    origin = row / 128 * ceilDiv(blocksPerRow, 4) * 512 + row % 32 * 16 +
             row / 32 % 4 * 4;
    stride = 512;
  } else {
    origin = row * 4;
    stride = ceilDiv(rows, 4) * 16;
  }
  for (int64_t i = 0; i < count; ++i)
    scales[origin + (first + i) / 4 * stride + i % 4] = char(codes[i]);
}
