//===- InputsTest.cpp - Tests of the arguments that conorm-run makes ------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inputs.h"

#include "Elements.h"
#include "Npy.h"
#include "RunError.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstring>

using namespace conorm::run;
using testing::HasSubstr;

namespace {

/// An entry with one argument.
class Inputs : public testing::Test {
protected:
  void SetUp() override {
    value.struct_size = sizeof(value);
    value.kind = CONORM_VALUE_TENSOR;
    value.element_type = CONORM_TYPE_F32;
    value.rank = 2;
    value.shape = shape;
    entry.struct_size = sizeof(entry);
    entry.name = "test";
    entry.num_args = 1;
    entry.args = &value;
  }
  void TearDown() override { std::remove(path.c_str()); }

  std::vector<float> make(int rank, int ranks = 2) {
    std::vector<Tensor> inputs = makeInputs(entry, options, rank, ranks);
    auto *data = reinterpret_cast<const float *>(inputs[0].data());
    return {data, data + inputs[0].count()};
  }
  std::string errorOf(int rank = 0, int ranks = 2) {
    try {
      make(rank, ranks);
    } catch (const RunError &error) {
      return error.what();
    }
    return "no error";
  }
  void writeCounting(std::vector<int64_t> fileShape) {
    Tensor tensor(CONORM_TYPE_F32, std::move(fileShape));
    for (int64_t i = 0; i < tensor.count(); ++i)
      writeElement(tensor.type, tensor.data(), i, double(i));
    writeNpy(path, tensor);
    options.inputs[0] = path;
  }

  int64_t shape[2] = {CONORM_DYNAMIC, 4};
  conorm_value_desc value = {};
  conorm_entry entry = {};
  Options options;
  std::string path =
      testing::TempDir() + "conorm-input-" + std::to_string(getpid()) + ".npy";
};

TEST_F(Inputs, SeedDecides) {
  options.otherDims = 100;
  std::vector<float> first = make(0);
  EXPECT_EQ(first, make(0));
  EXPECT_EQ(first, make(1)) << "the same on all ranks";
  options.seed = 1;
  EXPECT_NE(first, make(0));
  value.flags = CONORM_VALUE_PER_RANK;
  EXPECT_NE(make(0), make(1));
}

/// Elements of large tensors are made in another way.
TEST_F(Inputs, SizeDoesNotMatter) {
  for (uint32_t type : {CONORM_TYPE_F32, CONORM_TYPE_F16, CONORM_TYPE_BF16,
                        CONORM_TYPE_F8E4M3FN, CONORM_TYPE_F8E5M2}) {
    Tensor small(type, {30, 500, 10}), large(type, {60, 500, 10});
    fillSeeded(small, 5, 2, 1);
    fillSeeded(large, 5, 2, 1);
    EXPECT_EQ(std::memcmp(small.data(), large.data(), small.bytes), 0)
        << conorm_type_name(type);
  }
}

TEST_F(Inputs, NearNormal) {
  shape[0] = 1;
  shape[1] = 100000;
  std::vector<float> values = make(0);
  double mean = 0, square = 0;
  for (float v : values) {
    mean += v / values.size();
    square += double(v) * v / values.size();
  }
  EXPECT_NEAR(mean, 0, 0.02);
  EXPECT_NEAR(square, 1, 0.02);
  // A matrix of K rows is scaled by 1 / sqrt(K).
  shape[0] = 100;
  shape[1] = 1000;
  square = 0;
  for (float v : make(0))
    square += double(v) * v / values.size();
  EXPECT_NEAR(square, 0.01, 0.0002);
}

TEST_F(Inputs, SizesOfDynamicDimensions) {
  EXPECT_EQ(errorOf(), "argument 0: expected the size of dynamic dimension 0 "
                       "of ?x4xf32 (--dim 0.0=SIZE), found none");
  options.dims[{0, 0}] = 3;
  EXPECT_EQ(make(0).size(), 12u);
  options.dims[{0, 1}] = 5;
  EXPECT_EQ(errorOf(), "--dim 0.1: expected size 4, found 5");
  options.dims = {{{7, 0}, 1}};
  EXPECT_EQ(errorOf(), "--dim: expected a dimension of an argument, found 7.0");
  options.dims.clear();
  options.otherDims = int64_t(1) << 60;
  EXPECT_THAT(errorOf(), HasSubstr("expected a tensor of less than 2^46"));
}

TEST_F(Inputs, SharedFile) {
  writeCounting({3, 4});
  EXPECT_EQ(make(0), make(1));
  EXPECT_EQ(make(1)[11], 11);
  options.dims[{0, 0}] = 2;
  EXPECT_EQ(errorOf(),
            path + ": expected size 2 in dimension 0 (--dim), found 3");
}

TEST_F(Inputs, FileWithALeadingDimensionOfRanks) {
  value.flags = CONORM_VALUE_PER_RANK;
  writeCounting({2, 3, 4});
  EXPECT_EQ(make(0)[0], 0);
  EXPECT_EQ(make(1)[0], 12);
  EXPECT_EQ(errorOf(0, 3), path + ": expected 3x?x4xf32 for argument 0 (a "
                                  "leading dimension of ranks), found "
                                  "2x3x4xf32");
}

TEST_F(Inputs, FileOfEachRank) {
  writeCounting({3, 4});
  std::string withRank = path.substr(0, path.size() - 4) + "{rank}.npy";
  options.inputs[0] = withRank;
  EXPECT_THAT(errorOf(), HasSubstr("expected one file for all ranks"));
  value.flags = CONORM_VALUE_PER_RANK;
  EXPECT_THAT(errorOf(1), HasSubstr("1.npy: No such file or directory"));
}

TEST_F(Inputs, RefusesFilesThatDoNotFit) {
  writeCounting({3, 5});
  EXPECT_EQ(errorOf(),
            path + ": expected ?x4xf32 for argument 0, found 3x5xf32");
  writeCounting({4});
  EXPECT_EQ(errorOf(), path + ": expected ?x4xf32 for argument 0, found 4xf32");
  value.element_type = CONORM_TYPE_F16;
  EXPECT_EQ(errorOf(), path + ": expected type <f2 for f16, found <f4");
  options.inputs[3] = path;
  EXPECT_EQ(errorOf(), "--input: expected an argument below 1, found 3");
}

} // namespace
