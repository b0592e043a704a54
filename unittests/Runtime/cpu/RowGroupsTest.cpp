//===- RowGroupsTest.cpp - Norms of rows that lie in groups ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Alone.h"

#include <cstring>
#include <vector>

using namespace conorm::test;

namespace {

class RowGroups : public Alone {
protected:
  static constexpr int64_t rows = 6, cols = 40;

  /// The norms of the rows of `input`, as the arguments say they lie.
  std::vector<float> norm(const std::vector<float> &input, int64_t groupRows,
                          int64_t stride) {
    std::vector<float> normed(rows * cols), sum(rows * cols);
    conorm_rms_norm_args args = normArgs();
    args.input = input.data();
    args.normed = normed.data();
    args.rows = rows;
    args.cols = cols;
    args.input_group_rows = groupRows;
    args.input_group_stride = stride;
    EXPECT_EQ(conorm_rms_norm(context, &args), CONORM_OK)
        << conorm_context_message(context);
    args.residual = residuals.data();
    args.residual_out = sum.data();
    std::vector<float> both = normed;
    EXPECT_EQ(conorm_rms_norm(context, &args), CONORM_OK);
    both.insert(both.end(), normed.begin(), normed.end());
    both.insert(both.end(), sum.begin(), sum.end());
    return both;
  }
  void expectSameAsContiguous(int64_t groupRows, int64_t stride) {
    std::vector<float> input(rows / groupRows * stride), packed;
    for (size_t i = 0; i < input.size(); ++i)
      input[i] = float(i % 61) - 20;
    for (int64_t row = 0; row < rows; ++row) {
      auto first =
          input.begin() + row / groupRows * stride + row % groupRows * cols;
      packed.insert(packed.end(), first, first + cols);
    }
    std::vector<float> found = norm(input, groupRows, stride);
    std::vector<float> expected = norm(packed, 0, 0);
    EXPECT_EQ(std::memcmp(found.data(), expected.data(),
                          found.size() * sizeof(float)),
              0);
  }

  std::vector<float> residuals = std::vector<float>(rows * cols, 0.75f);
};

TEST_F(RowGroups, ofOneRow) { expectSameAsContiguous(1, 3 * cols); }
TEST_F(RowGroups, ofSeveralRows) { expectSameAsContiguous(2, 3 * cols + 1); }
TEST_F(RowGroups, ofAllRows) { expectSameAsContiguous(rows, rows * cols); }
TEST_F(RowGroups, withNothingBetween) { expectSameAsContiguous(3, 3 * cols); }

} // namespace
