//===- Compare.cpp - Comparison of results --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compare.h"

#include "Elements.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

using namespace conorm::run;

namespace {

void compareResult(size_t index, const conorm_buffer &fused,
                   const conorm_buffer &unfused, int rank, Difference &total) {
  uint32_t type = fused.element_type;
  if (type != unfused.element_type || fused.rank != unfused.rank ||
      !std::equal(fused.shape, fused.shape + fused.rank, unfused.shape)) {
    Difference difference;
    difference.elements = std::max(countOf(fused), int64_t(1));
    difference.differingElements = difference.elements;
    difference.differingBits = std::max(bytesOf(fused) * 8, size_t(1));
    std::snprintf(
        difference.first, sizeof(difference.first),
        "rank %d, result %zu: fused is %s, unfused is %s", rank, index,
        describe(type, fused.shape, fused.rank).c_str(),
        describe(unfused.element_type, unfused.shape, unfused.rank).c_str());
    return total.add(difference);
  }
  int64_t count = countOf(fused);
  total.elements += count;
  for (int64_t i = 0; i < count; ++i) {
    uint64_t a = canonicalBits(type, fused.data, i);
    uint64_t b = canonicalBits(type, unfused.data, i);
    if (a == b)
      continue;
    if (!total.differingElements++)
      std::snprintf(total.first, sizeof(total.first),
                    "rank %d, result %zu, element %" PRId64
                    ": fused has bits 0x%" PRIx64 " (%g), unfused 0x%" PRIx64
                    " (%g)",
                    rank, index, i, a, readElement(type, fused.data, i), b,
                    readElement(type, unfused.data, i));
    total.differingBits += __builtin_popcountll(a ^ b);
  }
}

} // namespace

void Difference::add(const Difference &other) {
  if (!differingElements && other.differingElements)
    std::copy(std::begin(other.first), std::end(other.first), first);
  elements += other.elements;
  differingElements += other.differingElements;
  differingBits += other.differingBits;
}

Difference conorm::run::compareResults(const Results &fused,
                                       const Results &unfused, int rank) {
  Difference total;
  for (size_t i = 0; i < fused.size(); ++i)
    compareResult(i, fused[i], unfused[i], rank, total);
  return total;
}

uint64_t conorm::run::hashResult(const conorm_buffer &result) {
  uint64_t hash = 0xcbf29ce484222325ull;
  int64_t bytes = conorm_type_bytes(result.element_type, 1);
  for (int64_t i = 0, e = countOf(result); i < e; ++i) {
    uint64_t bits = canonicalBits(result.element_type, result.data, i);
    for (int64_t b = 0; b < bytes; ++b) {
      hash = (hash ^ ((bits >> (8 * b)) & 0xff)) * 0x100000001b3ull;
    }
  }
  return hash;
}
