//===- Data.cpp - Special inputs, and bits compared -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Data.h"

#include "Random.h"

#include <cstdio>
#include <cstring>

using namespace conorm::fuzz;

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

namespace {
/// Where sign, exponent and mantissa are.
struct Format {
  unsigned exponentBits, mantissaBits;
  unsigned width() const { return 1 + exponentBits + mantissaBits; }
};
} // namespace

static bool getFormat(uint32_t type, Format &format) {
  switch (type) {
  case CONORM_TYPE_F64:
    format = {11, 52};
    return true;
  case CONORM_TYPE_F32:
    format = {8, 23};
    return true;
  case CONORM_TYPE_F16:
    format = {5, 10};
    return true;
  case CONORM_TYPE_BF16:
    format = {8, 7};
    return true;
  default:
    return false;
  }
}

static uint64_t load(const unsigned char *at, size_t bytes) {
  uint64_t bits = 0;
  std::memcpy(&bits, at, bytes);
  return bits;
}

/// One NaN for all NaNs of a type.
static uint64_t canonical(uint32_t type, uint64_t bits) {
  constexpr uint64_t nan = ~uint64_t(0);
  switch (type) {
  case CONORM_TYPE_F8E4M3FN:
    return (bits & 0x7F) == 0x7F ? nan : bits;
  case CONORM_TYPE_F8E5M2:
    return (bits & 0x7F) > 0x7C ? nan : bits;
  case CONORM_TYPE_F8E8M0FNU:
    return bits == 0xFF ? nan : bits;
  }
  Format format;
  if (!getFormat(type, format))
    return bits;
  uint64_t infinity = ((uint64_t(1) << format.exponentBits) - 1)
                      << format.mantissaBits;
  uint64_t magnitude = bits & ((uint64_t(1) << (format.width() - 1)) - 1);
  return magnitude > infinity ? nan : bits;
}

int64_t Buffer::count() const {
  int64_t result = 1;
  for (int64_t size : shape)
    result *= size;
  return result;
}

conorm_buffer Buffer::view() {
  conorm_buffer buffer = {};
  buffer.struct_size = sizeof(buffer);
  buffer.element_type = type;
  buffer.rank = uint32_t(shape.size());
  buffer.data = bytes.data();
  buffer.shape = shape.data();
  return buffer;
}

bool conorm::fuzz::isEqual(const Buffer &left, const Buffer &right,
                           std::string &difference) {
  if (left.type != right.type || left.shape != right.shape) {
    difference = "sizes differ";
    return false;
  }
  size_t width = conorm_type_bytes(left.type, 1);
  int64_t differing = 0, first = -1;
  for (int64_t i = 0; i < left.count(); ++i)
    if (canonical(left.type, load(&left.bytes[i * width], width)) !=
            canonical(right.type, load(&right.bytes[i * width], width)) &&
        ++differing == 1)
      first = i;
  if (!differing)
    return true;
  char text[160];
  std::snprintf(text, sizeof(text),
                "%lld of %lld elements of %s differ, the first at %lld: 0x%llx "
                "and 0x%llx",
                (long long)differing, (long long)left.count(),
                conorm_type_name(left.type), (long long)first,
                (unsigned long long)load(&left.bytes[first * width], width),
                (unsigned long long)load(&right.bytes[first * width], width));
  difference = text;
  return false;
}

uint64_t conorm::fuzz::hashElements(uint32_t type, const void *data,
                                    int64_t count) {
  uint64_t hash = 0xCBF29CE484222325ull ^ type;
  size_t width = conorm_type_bytes(type, 1);
  const unsigned char *at = static_cast<const unsigned char *>(data);
  for (int64_t i = 0; i < count; ++i)
    hash = (hash ^ canonical(type, load(at + i * width, width))) *
           0x100000001B3ull;
  return hash;
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

namespace {
enum class RowKind { Ordinary, Wide, Zeros, Denormal, Huge, Special };
} // namespace

static RowKind pickRowKind(Random &random, bool isTame) {
  if (isTame)
    return random.percent(90) ? RowKind::Ordinary : RowKind::Wide;
  unsigned kind = random.below(100);
  if (kind < 55)
    return RowKind::Ordinary;
  if (kind < 72)
    return RowKind::Wide;
  if (kind < 79)
    return RowKind::Zeros;
  if (kind < 85)
    return RowKind::Denormal;
  return kind < 92 ? RowKind::Huge : RowKind::Special;
}

/// Bits of one element: any mantissa, an exponent that the kind asks for.
static uint64_t makeElement(Random &random, const Format &format,
                            RowKind kind) {
  int64_t bias = (int64_t(1) << (format.exponentBits - 1)) - 1;
  uint64_t bits = random.next();
  uint64_t mantissa = bits & ((uint64_t(1) << format.mantissaBits) - 1);
  uint64_t sign = bits >> 63;
  int64_t exponent = bias;
  switch (kind) {
  case RowKind::Ordinary:
    exponent += random.below(5) - int64_t(3);
    break;
  case RowKind::Wide:
    exponent += random.below(24) - int64_t(13);
    break;
  case RowKind::Zeros:
    exponent = mantissa = 0;
    break;
  case RowKind::Denormal:
    exponent = random.below(2);
    break;
  case RowKind::Huge:
    exponent = 2 * bias - random.below(3);
    break;
  case RowKind::Special: {
    unsigned what = random.below(12);
    if (what < 2)
      exponent = mantissa = 0;
    else if (what == 2)
      exponent = 2 * bias + 1;
    else if (what == 3)
      exponent = 2 * bias + 1, mantissa = 0;
    break;
  }
  }
  return sign << (format.width() - 1) |
         uint64_t(exponent) << format.mantissaBits | mantissa;
}

static void fillFloats(Random &random, const Format &format, Buffer &buffer,
                       bool isTame) {
  size_t width = format.width() / 8;
  int64_t columns = buffer.shape.empty() ? 1 : buffer.shape.back();
  RowKind kind = RowKind::Ordinary;
  for (int64_t i = 0; i < buffer.count(); ++i) {
    if (i % columns == 0)
      kind = pickRowKind(random, isTame);
    uint64_t bits = makeElement(random, format, kind);
    std::memcpy(&buffer.bytes[i * width], &bits, width);
  }
}

Buffer conorm::fuzz::makeInput(const conorm_value_desc &desc,
                               const int64_t *sizes, uint64_t seed,
                               unsigned index, int rank) {
  bool isPerRank = desc.flags & CONORM_VALUE_PER_RANK;
  Random random(seed ^ (index * 0x100000001ull) ^
                (isPerRank ? uint64_t(rank + 1) << 48 : 0));
  Buffer buffer;
  buffer.type = desc.element_type;
  for (uint32_t dim = 0; dim < desc.rank; ++dim) {
    uint32_t fromLast = desc.rank - 1 - dim;
    buffer.shape.push_back(desc.shape[dim] != CONORM_DYNAMIC ? desc.shape[dim]
                           : fromLast < 3                    ? sizes[fromLast]
                                                             : 1);
  }
  // Never null, even where there is nothing.
  buffer.bytes.resize(conorm_type_bytes(desc.element_type, buffer.count()) + 8);
  Format format;
  if (!getFormat(desc.element_type, format)) {
    for (unsigned char &byte : buffer.bytes)
      byte = random.below(2);
    return buffer;
  }
  // Weights and scales that are all NaN would hide everything.
  bool isTame = desc.rank < 2 && random.percent(85);
  fillFloats(random, format, buffer, isTame);
  if (desc.rank == 1 && buffer.shape[0] == 1 && isTame)
    buffer.bytes[format.width() / 8 - 1] &= 0x7F;
  return buffer;
}
