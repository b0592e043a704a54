//===- ModuleInvokeIntoTest.cpp - Results in the caller's buffers ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleTestUtils.h"

#include <cstring>

using namespace conorm::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// Results in buffers of the caller.
class ModuleInvokeInto : public ModuleInvoke {
protected:
  void SetUp() override {
    ModuleInvoke::SetUp();
    for (conorm_buffer *buffer : {&first, &second})
      *buffer = makeBuffer(CONORM_TYPE_F32, nullptr, square);
    first.data = a;
    second.data = b;
    args = {makeBuffer(CONORM_TYPE_F32, &scalar, {}),
            makeBuffer(CONORM_TYPE_F32, data, square)};
  }
  conorm_status invokeInto(const conorm_entry *entry,
                           const std::vector<conorm_buffer> &into) {
    return conorm_module_invoke_into(module, entry, context, args.data(),
                                     args.size(), into.data(), into.size());
  }
  void expectRefusedInto(const std::vector<conorm_buffer> &into,
                         const std::string &text) {
    EXPECT_EQ(invokeInto(twice, into), CONORM_ERROR_INVALID_ARGUMENT);
    EXPECT_THAT(conorm_context_message(context), HasSubstr(text));
    // Nothing is written.
    EXPECT_THAT(a, testing::Each(-1.0f));
    EXPECT_THAT(b, testing::Each(-1.0f));
  }

  std::vector<int64_t> square = {2, 2};
  float scalar = 1;
  float data[4] = {1, 2, 3, 4};
  float a[4] = {-1, -1, -1, -1}, b[4] = {-1, -1, -1, -1};
  conorm_buffer first = {}, second = {};
  std::vector<conorm_buffer> args;
};

TEST_F(ModuleInvokeInto, WritesTheResults) {
  for (uint32_t variant : {CONORM_VARIANT_FUSED, CONORM_VARIANT_UNFUSED}) {
    float again[4] = {1, 2, 3, 4};
    std::memcpy(data, again, sizeof(data));
    std::memset(a, 0xff, sizeof(a));
    ASSERT_EQ(invokeInto(conorm_module_find(module, "twice", variant),
                         {first, second}),
              CONORM_OK)
        << conorm_context_message(context);
    EXPECT_THAT(a, ElementsAre(2, 3, 4, 5));
    EXPECT_THAT(b, ElementsAre(2, 3, 4, 5));
  }
}

/// Sizes that only the entry knows, strided results, an argument as result, and
/// scalars.
TEST_F(ModuleInvokeInto, WritesDynamicResults) {
  int32_t transposed[6] = {}, same[6] = {};
  int16_t rows = 0;
  double sum = 0;
  args = {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)};
  ASSERT_EQ(invokeInto(echo, {makeBuffer(CONORM_TYPE_I32, transposed, shape),
                              makeBuffer(CONORM_TYPE_I32, same, shape),
                              makeBuffer(CONORM_TYPE_I16, &rows, {}),
                              makeBuffer(CONORM_TYPE_F64, &sum, {})}),
            CONORM_OK)
      << conorm_context_message(context);
  EXPECT_THAT(transposed, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(same, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(sum, 21);
}

TEST_F(ModuleInvokeInto, RefusesDynamicSizeOfAnother) {
  int32_t transposed[12] = {}, same[6] = {};
  int16_t rows = 7;
  double sum = 7;
  std::vector<int64_t> larger = {4, 3};
  args = {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)};
  EXPECT_EQ(invokeInto(echo, {makeBuffer(CONORM_TYPE_I32, transposed, larger),
                              makeBuffer(CONORM_TYPE_I32, same, shape),
                              makeBuffer(CONORM_TYPE_I16, &rows, {}),
                              makeBuffer(CONORM_TYPE_F64, &sum, {})}),
            CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_STREQ(conorm_context_message(context),
               "entry 'echo': result 0: expected a buffer of 2x3xi32, which "
               "the entry made, found one of 4x3xi32");
  EXPECT_THAT(transposed, testing::Each(0));
  EXPECT_EQ(rows, 7);
}

TEST_F(ModuleInvokeInto, WritesOverDonatedArguments) {
  first.data = data;
  ASSERT_EQ(invokeInto(twice, {first, second}), CONORM_OK)
      << conorm_context_message(context);
  EXPECT_THAT(data, ElementsAre(2, 3, 4, 5));
}

TEST_F(ModuleInvokeInto, RefusesOverlappingResults) {
  second.data = a;
  expectRefusedInto({first, second},
                    "result 1: expected a buffer of its own, found one that "
                    "overlaps result 0");
}

TEST_F(ModuleInvokeInto, RefusesResultsOverArguments) {
  first.data = b;
  args[0].data = b + 1;
  expectRefusedInto({first, second},
                    "result 0: expected a buffer of its own, found one that "
                    "overlaps argument 0, which is not donated");
}

TEST_F(ModuleInvokeInto, RefusesNumberOfResults) {
  expectRefusedInto({first}, "expected room for 2 results, found 1");
}

TEST_F(ModuleInvokeInto, RefusesShape) {
  std::vector<int64_t> other = {2, 3};
  second.shape = other.data();
  expectRefusedInto({first, second},
                    "result 1: expected 2x2xf32, found 2x3xf32");
}

TEST_F(ModuleInvokeInto, RefusesElementType) {
  second.element_type = CONORM_TYPE_I32;
  expectRefusedInto({first, second},
                    "result 1: expected 2x2xf32, found 2x2xi32");
}

TEST_F(ModuleInvokeInto, RefusesNullData) {
  second.data = nullptr;
  expectRefusedInto({first, second},
                    "result 1: expected data, found a null pointer");
}

TEST_F(ModuleInvokeInto, RefusesAfterAFailure) {
  conorm_context_abort(context, "test");
  EXPECT_NE(invokeInto(twice, {first, second}), CONORM_OK);
  EXPECT_THAT(a, testing::Each(-1.0f));
}

} // namespace
