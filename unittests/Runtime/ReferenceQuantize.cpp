//===- ReferenceQuantize.cpp - Scalar transcription of R5 -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceQuantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace conorm;
using namespace conorm::reference;

//===----------------------------------------------------------------------===//
// R5.2 to R5.4: small formats
//===----------------------------------------------------------------------===//

namespace {

/// The numbers from +0 up, in the order of their codes.
std::vector<double> numbersOf(int fractionBits, int bias, int count) {
  std::vector<double> numbers;
  for (int code = 0; code < count; ++code) {
    int exponent = code >> fractionBits;
    double fraction =
        (code & ((1 << fractionBits) - 1)) / double(1 << fractionBits);
    numbers.push_back(exponent == 0
                          ? std::ldexp(fraction, 1 - bias)
                          : std::ldexp(1 + fraction, exponent - bias));
  }
  return numbers;
}

const std::vector<double> &numbersOf(uint32_t type) {
  static const std::vector<double> e4m3 = numbersOf(3, 7, 0x7f);
  static const std::vector<double> e5m2 = numbersOf(2, 15, 0x7c);
  static const std::vector<double> e2m1 = numbersOf(1, 1, 0x8);
  return type == CONORM_TYPE_F8E4M3FN ? e4m3
         : type == CONORM_TYPE_F8E5M2 ? e5m2
                                      : e2m1;
}

int signBit(uint32_t type) { return type == CONORM_TYPE_F4E2M1FN ? 0x8 : 0x80; }

uint8_t roundUpToPowerOfTwo(double x) {
  for (int e = -127; e <= 127; ++e)
    if (std::ldexp(1.0, e) >= x)
      return uint8_t(e + 127);
  return 254;
}

} // namespace

uint8_t reference::encodeSmall(uint32_t type, float x) {
  if (type == CONORM_TYPE_F8E8M0FNU)
    return roundUpToPowerOfTwo(x);
  if (std::isnan(x))
    return type == CONORM_TYPE_F4E2M1FN ? 0x7 : 0x7f;
  const std::vector<double> &numbers = numbersOf(type);
  double magnitude = std::fabs(double(x));
  // The first number that is not below; the one before may be nearer.
  size_t code = std::lower_bound(numbers.begin(), numbers.end(), magnitude) -
                numbers.begin();
  if (code == numbers.size()) {
    code = numbers.size() - 1;
  } else if (code > 0) {
    double middle = (numbers[code - 1] + numbers[code]) / 2;
    if (magnitude < middle || (magnitude == middle && code % 2 == 1))
      --code;
  }
  return uint8_t((std::signbit(x) ? signBit(type) : 0) | int(code));
}

double reference::decodeSmall(uint32_t type, uint8_t code) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (type == CONORM_TYPE_F8E8M0FNU)
    return code == 255 ? nan : std::ldexp(1.0, code - 127);
  const std::vector<double> &numbers = numbersOf(type);
  size_t magnitude = code & (signBit(type) - 1);
  double sign = code & signBit(type) ? -1.0 : 1.0;
  if (magnitude < numbers.size())
    return sign * numbers[magnitude];
  // f8E5M2 has infinities, though nothing is rounded to them.
  if (type == CONORM_TYPE_F8E5M2 && magnitude == numbers.size())
    return sign * std::numeric_limits<double>::infinity();
  return nan;
}

//===----------------------------------------------------------------------===//
// R5.1, R5.5 to R5.10: the schemes
//===----------------------------------------------------------------------===//

namespace {

float amaxOf(const Values &block) {
  float amax = 0.0f;
  for (float y : block)
    if (!std::isnan(y))
      amax = std::max(amax, std::fabs(y));
  return amax;
}

void perTensor(const conorm_quant &quant, float s, const Values &block,
               QuantizedRow &row) {
  float i = 1.0f / s;
  for (float y : block) {
    float x = quant.scale_mode == CONORM_SCALE_MODE_DIVIDE ? y / s : y * i;
    row.codes.push_back(encodeSmall(quant.quantized_type, x));
  }
}

/// R5.6 and R5.7: a computed f32 scale that is not below `least`.
void computedScale(float least, const Values &block, QuantizedRow &row) {
  float s = std::max(amaxOf(block) / 448.0f, least);
  row.scales.push_back(s);
  for (float y : block)
    row.codes.push_back(encodeSmall(CONORM_TYPE_F8E4M3FN, y / s));
}

/// R5.8 and R5.10.
void powerOfTwoScale(float least, const Values &block, QuantizedRow &row) {
  uint8_t code = encodeSmall(CONORM_TYPE_F8E8M0FNU,
                             std::max(amaxOf(block) / 448.0f, least));
  float s = float(decodeSmall(CONORM_TYPE_F8E8M0FNU, code));
  row.scaleCodes.push_back(code);
  for (float y : block)
    row.codes.push_back(encodeSmall(CONORM_TYPE_F8E4M3FN, y / s));
}

void nvfp4(float S, const Values &block, QuantizedRow &row) {
  float product = S * amaxOf(block);
  uint8_t code = encodeSmall(CONORM_TYPE_F8E4M3FN, product / 6.0f);
  float f = float(decodeSmall(CONORM_TYPE_F8E4M3FN, code));
  row.scaleCodes.push_back(code);
  for (float y : block) {
    float scaled = y * S;
    row.codes.push_back(f == 0 ? 0
                               : encodeSmall(CONORM_TYPE_F4E2M1FN, scaled / f));
  }
}

size_t blockOf(const conorm_quant &quant, size_t cols) {
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

void quantizeBlock(const conorm_quant &quant, float scale, const Values &block,
                   QuantizedRow &row) {
  switch (quant.scheme) {
  case CONORM_QUANT_PER_TENSOR:
    return perTensor(quant, scale, block, row);
  case CONORM_QUANT_PER_TOKEN:
    return computedScale(0x1p-9f / 448.0f, block, row);
  case CONORM_QUANT_PER_GROUP:
    if (quant.scale_type == CONORM_TYPE_F32)
      return computedScale(1e-10f, block, row);
    return powerOfTwoScale(1e-10f, block, row);
  case CONORM_QUANT_NVFP4:
    return nvfp4(scale, block, row);
  default:
    return powerOfTwoScale(0.0f, block, row);
  }
}

} // namespace

QuantizedRow reference::quantizeRow(const conorm_quant &quant, float scale,
                                    const Values &y) {
  QuantizedRow row;
  size_t block = blockOf(quant, y.size());
  if (y.empty() && quant.scheme == CONORM_QUANT_PER_TOKEN)
    quantizeBlock(quant, scale, y, row);
  for (size_t first = 0; first < y.size(); first += block)
    quantizeBlock(quant, scale,
                  Values(y.begin() + first, y.begin() + first + block), row);
  return row;
}

//===----------------------------------------------------------------------===//
// R5.11: layouts
//===----------------------------------------------------------------------===//

namespace {

using Rows = std::vector<QuantizedRow>;

/// The scale's code of a row and a block, 0 if there are none.
uint8_t codeAt(const Rows &rows, size_t row, size_t block) {
  if (row >= rows.size() || block >= rows[row].scaleCodes.size())
    return 0;
  return rows[row].scaleCodes[block];
}

/// All bytes in the order in which they lie, each looked up.
std::vector<uint8_t> swizzled(const Rows &rows, size_t blocks) {
  std::vector<uint8_t> bytes;
  for (size_t rowTile = 0; rowTile * 128 < rows.size(); ++rowTile)
    for (size_t columnTile = 0; columnTile * 4 < blocks; ++columnTile)
      for (size_t inner = 0; inner < 32; ++inner)
        for (size_t quarter = 0; quarter < 4; ++quarter)
          for (size_t column = 0; column < 4; ++column)
            bytes.push_back(codeAt(rows, rowTile * 128 + quarter * 32 + inner,
                                   columnTile * 4 + column));
  return bytes;
}

std::vector<uint8_t> packedColumnMajor(const Rows &rows, size_t blocks) {
  std::vector<uint8_t> bytes;
  size_t stride = (rows.size() + 3) / 4 * 4;
  for (size_t word = 0; word * 4 < blocks; ++word)
    for (size_t row = 0; row < stride; ++row)
      for (size_t part = 0; part < 4; ++part)
        bytes.push_back(codeAt(rows, row, word * 4 + part));
  return bytes;
}

std::vector<uint8_t> linear(const Rows &rows) {
  std::vector<uint8_t> bytes;
  for (const QuantizedRow &row : rows) {
    for (float s : row.scales) {
      uint8_t four[4];
      std::memcpy(four, &s, 4);
      bytes.insert(bytes.end(), four, four + 4);
    }
    bytes.insert(bytes.end(), row.scaleCodes.begin(), row.scaleCodes.end());
  }
  return bytes;
}

} // namespace

QuantizedTensor reference::quantize(const conorm_quant &quant, float scale,
                                    const std::vector<Values> &rows) {
  Rows quantized;
  QuantizedTensor tensor;
  for (const Values &y : rows) {
    quantized.push_back(quantizeRow(quant, scale, y));
    const std::vector<uint8_t> &codes = quantized.back().codes;
    if (quant.scheme != CONORM_QUANT_NVFP4) {
      tensor.quantized.insert(tensor.quantized.end(), codes.begin(),
                              codes.end());
      continue;
    }
    for (size_t i = 0; i < codes.size(); i += 2)
      tensor.quantized.push_back(uint8_t(codes[i] + 16 * codes[i + 1]));
  }
  size_t blocks = rows.empty() ? 0 : quantized[0].scaleCodes.size();
  if (quant.scale_layout == CONORM_SCALE_LAYOUT_SWIZZLED_128X4)
    tensor.scales = swizzled(quantized, blocks);
  else if (quant.scale_layout == CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR)
    tensor.scales = packedColumnMajor(quantized, blocks);
  else
    tensor.scales = linear(quantized);
  return tensor;
}
