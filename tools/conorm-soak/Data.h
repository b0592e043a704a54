//===- Data.h - The data of random calls ------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every rank can make every rank's data, a row at a time.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_SOAK_DATA_H
#define CONORM_TOOLS_CONORM_SOAK_DATA_H

#include "Call.h"

#include <algorithm>

namespace conorm::soak {

enum Tensor { Input = 0, Residual, Weight, PostWeight };

/// Fills `cols` elements of one row of a tensor of one rank.
void makeRow(const Call &call, Tensor tensor, int rank, int64_t row,
             uint32_t type, int64_t cols, void *out);

/// The same row, `call.inner` elements of it, as the reference reads it.
reference::Values rowValues(const Call &call, Tensor tensor, int rank,
                            int64_t row, uint32_t type);

/// A tensor [rows, cols] with guards behind it.
class Buffer {
public:
  Buffer(uint32_t type, int64_t rows, int64_t cols)
      : size(conorm_type_bytes(type, rows * cols)),
        bytes(size + guard, poison) {}
  Buffer(const Call &call, Tensor tensor, int rank, uint32_t type, int64_t rows)
      : Buffer(type, rows, call.inner) {
    for (int64_t row = 0; row < rows; ++row)
      makeRow(call, tensor, rank, row, type, call.inner,
              &bytes[conorm_type_bytes(type, row * call.inner)]);
  }
  char *data() { return bytes.data(); }
  bool guardIntact() const {
    return std::all_of(bytes.begin() + size, bytes.end(),
                       [](char c) { return c == poison; });
  }

private:
  static constexpr size_t guard = 64;
  static constexpr char poison = char(0xa5);
  size_t size;
  std::vector<char> bytes;
};

} // namespace conorm::soak

#endif // CONORM_TOOLS_CONORM_SOAK_DATA_H
