//===- Data.cpp - The data of checked calls, and its comparison -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <cstdio>
#include <cstring>

using namespace check;

namespace {
/// Fields of an element type's bits.
struct Layout {
  int bits, fraction;
  int bias() const { return (1 << (bits - 2 - fraction)) - 1; }
};
} // namespace

static Layout layoutOf(uint32_t type) {
  if (type == CONORM_TYPE_F32)
    return {32, 23};
  if (type == CONORM_TYPE_F16)
    return {16, 10};
  return {16, 7};
}

static uint32_t makeBits(Layout layout, uint64_t bits, int exponent) {
  uint32_t sign = uint32_t(bits >> 63) << (layout.bits - 1);
  uint32_t fraction = uint32_t(bits) & ((1u << layout.fraction) - 1);
  return sign | uint32_t(exponent + layout.bias()) << layout.fraction |
         fraction;
}

static uint32_t drawBits(Layout layout, Data data, uint64_t bits) {
  uint32_t mask = layout.bits == 32 ? ~0u : 0xffffu;
  uint32_t infinity = mask >> 1 & ~((1u << layout.fraction) - 1);
  int choice = int(bits >> 40 & 0xff);
  if (data == dataIntegers) // 1, -1, 2, -2
    return makeBits(layout, bits & (uint64_t(1) << 63), choice & 1);
  if (data == dataSpecial && choice < 4)
    return infinity | (choice & 1) << (layout.bits - 1);
  if (data == dataSpecial && choice < 6)
    return infinity | 1u << (layout.fraction - 1) | uint32_t(bits & 1);
  if (data == dataSpecial && choice < 24)
    return uint32_t(choice & 1) << (layout.bits - 1);
  if (data == dataSpecial && choice < 48) // denormals
    return (uint32_t(bits) & ((1u << layout.fraction) - 1)) |
           uint32_t(choice & 1) << (layout.bits - 1);
  if (data == dataSpecial && choice < 64)
    return uint32_t(bits) & mask;
  if (data == dataOrder && choice < 48)
    return makeBits(layout, bits & (uint64_t(1) << 63),
                    layout.bias() == 15 ? 13 : 24);
  return makeBits(layout, bits, int(bits >> 32 & 7) - 5);
}

void check::fill(const Cell &cell, Slot slot, int rank, void *to) {
  int64_t bytes = bytesOf(cell, slot);
  // Weights and the scale are the same on all ranks; residuals are not.
  bool shared =
      slot == slotWeight || slot == slotPostWeight || slot == slotScale;
  Random random(cell.seed * 131 + slot * 7919 + (shared ? 0 : rank + 1));
  if (slot == slotScale) {
    static const float scales[] = {0.37f, 1.0f, 448.0f * 6, 3e-3f};
    memcpy(to, &scales[random.below(4)], 4);
    return;
  }
  uint32_t type = slot == slotWeight       ? cell.norm.weight_type
                  : slot == slotPostWeight ? cell.post.weight_type
                                           : cell.type;
  Layout layout = layoutOf(type);
  int64_t count = bytes / (layout.bits / 8);
  Data data = shared ? dataRandom : cell.data;
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits = drawBits(layout, data, random.next());
    memcpy(static_cast<char *>(to) + i * (layout.bits / 8), &bits,
           size_t(layout.bits / 8));
  }
}

static bool isNan(uint32_t type, uint32_t bits) {
  switch (type) {
  case CONORM_TYPE_F32:
    return (bits & 0x7fffffff) > 0x7f800000;
  case CONORM_TYPE_F16:
    return (bits & 0x7fff) > 0x7c00;
  case CONORM_TYPE_BF16:
    return (bits & 0x7fff) > 0x7f80;
  default:
    return false;
  }
}

void check::fillElements(uint32_t type, int64_t count, uint64_t seed,
                         void *to) {
  Random random(seed);
  bool isFloat = type == CONORM_TYPE_F32 || type == CONORM_TYPE_F16 ||
                 type == CONORM_TYPE_BF16;
  Layout layout = layoutOf(type);
  int64_t unit = conorm_type_bytes(type, 1);
  for (int64_t i = 0; i < count; ++i) {
    uint64_t bits = random.next();
    uint64_t element = isFloat ? drawBits(layout, dataRandom, bits)
                       : type == CONORM_TYPE_F8E4M3FN
                           ? (bits & 0x87) | (0x28 + (bits >> 8 & 0x10))
                           : bits & (type == CONORM_TYPE_I1 ? 1 : 7);
    memcpy(static_cast<char *>(to) + i * unit, &element, size_t(unit));
  }
}

std::string check::compare(const Cell &cell, Slot slot, const void *expected,
                           const void *found) {
  uint32_t type = cell.type;
  if (slot == slotQuantized)
    type = cell.quant.quantized_type;
  if (slot == slotScales)
    type = cell.quant.scale_type;
  std::string difference =
      compareElements(type, bytesOf(cell, slot), expected, found);
  return difference.empty() ? "" : text("slot %d ", slot) + difference;
}

std::string check::compareElements(uint32_t type, int64_t bytes,
                                   const void *expected, const void *found) {
  if (bytes == 0 || memcmp(expected, found, size_t(bytes)) == 0)
    return "";
  int64_t unit = type == CONORM_TYPE_F32                               ? 4
                 : type == CONORM_TYPE_F16 || type == CONORM_TYPE_BF16 ? 2
                                                                       : 1;
  for (int64_t i = 0; i < bytes / unit; ++i) {
    uint32_t a = 0, b = 0;
    memcpy(&a, static_cast<const char *>(expected) + i * unit, size_t(unit));
    memcpy(&b, static_cast<const char *>(found) + i * unit, size_t(unit));
    if (a == b || (isNan(type, a) && isNan(type, b)))
      continue;
    return text("element %lld of %lld: expected %x, found %x", (long long)i,
                (long long)(bytes / unit), a, b);
  }
  return "";
}
