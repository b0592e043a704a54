//===- Quantize.cpp - Random quantizations, checked -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantize.h"

#include "ReferenceQuantize.h"

#include <cmath>
#include <cstdio>
#include <cstring>

using namespace conorm;
using namespace conorm::soak;
using reference::Values;

static constexpr size_t guardBytes = 64;
static constexpr uint8_t poison = 0xa5;

static int64_t blockOf(const conorm_quant &quant, int64_t cols) {
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

/// The scheme's types and layouts, all that it has in turn.
static conorm_quant randomScheme(Random &random) {
  conorm_quant quant = {};
  quant.scheme = uint32_t(1 + random.below(CONORM_QUANT_MXFP8));
  quant.quantized_type = CONORM_TYPE_F8E4M3FN;
  quant.scale_type = CONORM_TYPE_F32;
  bool coin = random.oneIn(2), another = random.oneIn(2);
  switch (quant.scheme) {
  case CONORM_QUANT_PER_TENSOR:
    if (coin)
      quant.quantized_type = CONORM_TYPE_F8E5M2;
    if (another)
      quant.scale_mode = CONORM_SCALE_MODE_DIVIDE;
    break;
  case CONORM_QUANT_PER_GROUP:
    quant.group_size =
        random.oneIn(3)
            ? 128
            : uint32_t(1 + random.below(random.oneIn(4) ? 600 : 40));
    if (coin)
      quant.scale_type = CONORM_TYPE_F8E8M0FNU;
    if (coin && another)
      quant.scale_layout = CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR;
    break;
  case CONORM_QUANT_NVFP4:
    quant.quantized_type = CONORM_TYPE_F4E2M1FN;
    quant.scale_type = CONORM_TYPE_F8E4M3FN;
    break;
  case CONORM_QUANT_MXFP8:
    quant.scale_type = CONORM_TYPE_F8E8M0FNU;
    break;
  default:
    break;
  }
  if (quant.scheme >= CONORM_QUANT_NVFP4 && coin)
    quant.scale_layout = CONORM_SCALE_LAYOUT_SWIZZLED_128X4;
  return quant;
}

void soak::randomQuant(Call &call, Random &random) {
  call.quant = randomScheme(random);
  int64_t block = blockOf(call.quant, 1);
  call.inner = (call.inner + block - 1) / block * block;
  bool computes = call.quant.scheme != CONORM_QUANT_PER_TENSOR;
  call.wantScales = computes && !random.oneIn(6);
  call.wantQuantized = !call.wantScales || !random.oneIn(6);
  // Mostly near the range, now and then anything.
  float exponent = float(random.below(16)) - 8;
  if (random.oneIn(10))
    exponent = float(random.below(270)) - 140;
  call.scale = (1.0f + float(random.below(1000)) / 1000) * std::exp2(exponent) *
               (random.oneIn(20) ? -1.0f : 1.0f);
  if (random.oneIn(50))
    call.scale = 0.0f;
}

QuantOutputs::QuantOutputs(const Call &call, int64_t rows, int64_t cols)
    : call(call), given(call.quant.scheme == CONORM_QUANT_PER_TENSOR ||
                        call.quant.scheme == CONORM_QUANT_NVFP4),
      rows(rows), blocks(0), codeSize(0), scaleSize(0) {
  if (call.quant.scheme == CONORM_QUANT_NONE)
    return;
  blocks = cols / blockOf(call.quant, cols);
  codeSize = conorm_type_bytes(call.quant.quantized_type, rows * cols);
  switch (call.quant.scale_layout) {
  case CONORM_SCALE_LAYOUT_SWIZZLED_128X4:
    scaleSize = (rows + 127) / 128 * ((blocks + 3) / 4) * 512;
    break;
  case CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR:
    scaleSize = (rows + 3) / 4 * ((blocks + 3) / 4) * 16;
    break;
  default:
    scaleSize = conorm_type_bytes(call.quant.scale_type, rows * blocks);
  }
  codeBytes.assign(codeSize + guardBytes, poison);
  scaleBytes.assign(scaleSize + guardBytes, poison);
}

/// Where ops.h says that a scale is, in bytes.
size_t QuantOutputs::scaleOffset(int64_t row, int64_t block) const {
  int64_t b4 = (blocks + 3) / 4, r4 = (rows + 3) / 4 * 4;
  switch (call.quant.scale_layout) {
  case CONORM_SCALE_LAYOUT_SWIZZLED_128X4:
    return ((((row / 128) * b4 + block / 4) * 32 + row % 32) * 4 +
            row / 32 % 4) *
               4 +
           block % 4;
  case CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR:
    return (block / 4 * r4 + row) * 4 + block % 4;
  default:
    return conorm_type_bytes(call.quant.scale_type, row * blocks + block);
  }
}

int64_t QuantOutputs::differ(const char *what, size_t offset, uint8_t expected,
                             uint8_t found) {
  if (expected == found)
    return 0;
  if (!reported)
    std::printf("%s, byte %zu: expected %d, found %d: %s\n", what, offset,
                expected, found, call.describe().c_str());
  reported = true;
  return 1;
}

int64_t QuantOutputs::checkRow(int64_t row, const Values &y) {
  if (call.quant.scheme == CONORM_QUANT_NONE)
    return 0;
  // A tensor of one row has the row's bytes in order, whatever its layout.
  conorm_quant plain = call.quant;
  plain.scale_layout = CONORM_SCALE_LAYOUT_LINEAR;
  reference::QuantizedTensor expected =
      reference::quantize(plain, call.scale, {y});
  int64_t differences = 0;
  size_t first = row * expected.quantized.size();
  for (size_t i = 0; call.wantQuantized && i < expected.quantized.size(); ++i)
    differences += differ("quantized", first + i, expected.quantized[i],
                          codeBytes[first + i]);
  size_t size = conorm_type_bytes(call.quant.scale_type, 1);
  for (int64_t b = 0; call.wantScales && b < blocks; ++b)
    for (size_t i = 0; i < size; ++i) {
      size_t offset = scaleOffset(row, b) + i;
      differences += differ("scales", offset, expected.scales[b * size + i],
                            scaleBytes[offset]);
    }
  return differences;
}

int64_t QuantOutputs::checkPaddingAndGuards() {
  int64_t differences = 0;
  for (size_t i = codeSize; i < codeBytes.size(); ++i)
    differences += differ("behind quantized", i, poison, codeBytes[i]);
  for (size_t i = scaleSize; i < scaleBytes.size(); ++i)
    differences += differ("behind scales", i, poison, scaleBytes[i]);
  if (!call.wantScales || call.quant.scale_layout == CONORM_SCALE_LAYOUT_LINEAR)
    return differences;
  std::vector<bool> used(scaleSize);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t b = 0; b < blocks; ++b)
      used[scaleOffset(row, b)] = true;
  for (size_t i = 0; i < scaleSize; ++i)
    if (!used[i])
      differences += differ("padding of scales", i, 0, scaleBytes[i]);
  return differences;
}
