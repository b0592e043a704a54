//===- Data.h - Special inputs, and bits compared ---------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_DATA_H
#define CONORM_TOOLS_CONORM_FUZZ_DATA_H

#include "conorm-runtime/module.h"

#include <cstdint>
#include <string>
#include <vector>

namespace conorm::fuzz {

/// A value in memory, of the sizes that it has in this run.
struct Buffer {
  uint32_t type = 0;
  std::vector<int64_t> shape;
  std::vector<unsigned char> bytes;

  int64_t count() const;
  conorm_buffer view();
};

/// The data of argument `index` on `rank`. Rows are of different kinds: numbers
/// of many magnitudes, zeros, denormals, values that saturate, and some with
/// NaN, infinities and -0.0 among the others.
Buffer makeInput(const conorm_value_desc &desc, const int64_t *sizes,
                 uint64_t seed, unsigned index, int rank);

/// Whether two values are equal bit by bit, all NaNs of a type being one value.
/// Otherwise `difference` says where.
bool isEqual(const Buffer &left, const Buffer &right, std::string &difference);

/// A hash under which such values are equal.
uint64_t hashElements(uint32_t type, const void *data, int64_t count);

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_DATA_H
