//===- Quantize.h - Random quantizations, checked ---------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_SOAK_QUANTIZE_H
#define CONORM_TOOLS_CONORM_SOAK_QUANTIZE_H

#include "Call.h"

namespace conorm::soak {

/// Gives a call one of all schemes, and a row length that it can have.
void randomQuant(Call &call, Random &random);

/// The quantized buffers of a call, poisoned, and what should be in them.
class QuantOutputs {
public:
  QuantOutputs(const Call &call, int64_t rows, int64_t cols);

  /// Arguments of the call; null where there is none.
  const float *scale() const { return given ? &call.scale : nullptr; }
  void *codes() { return call.wantQuantized ? codeBytes.data() : nullptr; }
  void *scales() { return call.wantScales ? scaleBytes.data() : nullptr; }

  /// Number of bytes that differ from what the row y becomes.
  int64_t checkRow(int64_t row, const reference::Values &y);
  /// Number of bytes that belong to no row and are not what they should be.
  int64_t checkPaddingAndGuards();

private:
  size_t scaleOffset(int64_t row, int64_t block) const;
  int64_t differ(const char *what, size_t offset, uint8_t expected,
                 uint8_t found);

  const Call &call;
  const bool given;
  int64_t rows, blocks;
  size_t codeSize, scaleSize;
  std::vector<uint8_t> codeBytes, scaleBytes;
  bool reported = false;
};

} // namespace conorm::soak

#endif // CONORM_TOOLS_CONORM_SOAK_QUANTIZE_H
