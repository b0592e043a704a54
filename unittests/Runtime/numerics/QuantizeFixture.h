//===- QuantizeFixture.h - Runs kernels of rule R5 in tests -----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_QUANTIZEFIXTURE_H
#define CONORM_UNITTESTS_RUNTIME_QUANTIZEFIXTURE_H

#include "NumericsTestUtils.h"
#include "QuantizeTestUtils.h"
#include "numerics/Quantize.h"

namespace conorm::rt {

/// Tests that run for each instruction set and element type.
class QuantizeFixture : public NumericsFixture {
protected:
  /// Quantizes `rows` and compares all bytes of both outputs.
  void check(const test::Scheme &scheme, float scale,
             const std::vector<reference::Values> &rows, int64_t cols) {
    int64_t count = rows.size();
    reference::QuantizedTensor expected =
        reference::quantize(scheme.quant, scale, rows);
    test::Bytes quantized(expected.quantized.size());
    test::Bytes scales(expected.scales.size());
    EXPECT_EQ(quantizedBytes(scheme.quant, count, cols),
              int64_t(expected.quantized.size()));
    EXPECT_EQ(scalesBytes(scheme.quant, count, cols),
              int64_t(expected.scales.size()));
    bool computes = computesScales(scheme.quant);
    Quantizer quantizer(type, scheme.quant, &scale, count, cols,
                        quantized.data(), computes ? scales.data() : nullptr);
    if (cols > 0)
      for (int64_t row = 0; row < count; ++row)
        quantizer.quantizeRow(row, Buffer(type, rows[row]).data());
    SCOPED_TRACE(testing::Message()
                 << scheme.name << ", " << count << " rows of " << cols
                 << ", scale " << scale);
    EXPECT_EQ(quantized.differsFrom(expected.quantized), "");
    EXPECT_EQ(scales.differsFrom(expected.scales), "");
  }

  std::vector<reference::Values> randomRows(Random &random, int64_t rows,
                                            int64_t cols, bool special) {
    std::vector<reference::Values> result;
    for (int64_t row = 0; row < rows; ++row)
      result.push_back(random.values(type, cols, special));
    return result;
  }
};

} // namespace conorm::rt

#endif // CONORM_UNITTESTS_RUNTIME_QUANTIZEFIXTURE_H
