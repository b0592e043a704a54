//===- ReferenceQuantize.h - Scalar transcription of R5 ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The section on quantization of docs/RoundingContract.md as plain loops, to be
// read beside it. The small formats are tables of numbers that are searched.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_REFERENCEQUANTIZE_H
#define CONORM_UNITTESTS_RUNTIME_REFERENCEQUANTIZE_H

#include "Reference.h"
#include "conorm-runtime/ops.h"

#include <cstdint>
#include <vector>

namespace conorm::reference {

/// R5.2 to R5.4: the code of the number that x is rounded to. `type` is one of
/// F8E4M3FN, F8E5M2, F4E2M1FN and F8E8M0FNU.
uint8_t encodeSmall(uint32_t type, float x);

/// The number with this code; NaN if it has none.
double decodeSmall(uint32_t type, uint8_t code);

/// Codes of a row, one an entry, and its scales: f32 numbers or codes.
struct QuantizedRow {
  std::vector<uint8_t> codes;
  Values scales;
  std::vector<uint8_t> scaleCodes;
};
QuantizedRow quantizeRow(const conorm_quant &quant, float scale,
                         const Values &y);

/// The buffers as bytes, padding included; rows may be empty.
struct QuantizedTensor {
  std::vector<uint8_t> quantized;
  std::vector<uint8_t> scales;
};
QuantizedTensor quantize(const conorm_quant &quant, float scale,
                         const std::vector<Values> &rows);

} // namespace conorm::reference

#endif // CONORM_UNITTESTS_RUNTIME_REFERENCEQUANTIZE_H
