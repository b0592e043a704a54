//===- ModuleInvokeTest.cpp - Tests of calls of entries -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleTestUtils.h"

using namespace conorm::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// The artifact's group does not fit a world of one.
TEST_F(ModuleInvoke, BindMakesTheGroups) {
  EXPECT_NE(conorm_module_bind(module, context), CONORM_OK);
  EXPECT_THAT(conorm_context_message(context), HasSubstr("@tp"));
  EXPECT_EQ(conorm_module_bind(nullptr, context),
            CONORM_ERROR_INVALID_ARGUMENT);
}

std::vector<int32_t> integersOf(const conorm_buffer &buffer) {
  auto *data = static_cast<const int32_t *>(buffer.data);
  return {data, data + buffer.shape[0] * buffer.shape[1]};
}

TEST_F(ModuleInvoke, MakesResultsContiguous) {
  ASSERT_EQ(
      invoke(echo, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 4),
      CONORM_OK)
      << conorm_context_message(context);
  EXPECT_THAT(integersOf(results[0]), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(results[0].element_type, uint32_t(CONORM_TYPE_I32));
  EXPECT_EQ(results[0].rank, 2u);
  EXPECT_EQ(*static_cast<int16_t *>(results[2].data), 2);
  EXPECT_EQ(*static_cast<double *>(results[3].data), 21.0);
}

/// A result that is an argument belongs to the caller: it is copied.
TEST_F(ModuleInvoke, CopiesReturnedArguments) {
  ASSERT_EQ(
      invoke(echo, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 4),
      CONORM_OK);
  EXPECT_NE(results[1].data, numbers.data());
  numbers[0] = 9;
  EXPECT_THAT(integersOf(results[1]), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(ModuleInvoke, TakesEmptyTensors) {
  shape = {0, 3};
  ASSERT_EQ(invoke(echo, {makeBuffer(CONORM_TYPE_I32, nullptr, shape)}, 4),
            CONORM_OK)
      << conorm_context_message(context);
  EXPECT_EQ(results[0].shape[0], 0);
  EXPECT_EQ(*static_cast<double *>(results[3].data), 0.0);
}

TEST_F(ModuleInvoke, SeparatesResultsThatShareABuffer) {
  float scalar = 1;
  std::vector<float> data = {1, 2, 3, 4};
  std::vector<int64_t> square = {2, 2};
  ASSERT_EQ(invoke(twice,
                   {makeBuffer(CONORM_TYPE_F32, &scalar, {}),
                    makeBuffer(CONORM_TYPE_F32, data.data(), square)},
                   2),
            CONORM_OK)
      << conorm_context_message(context);
  EXPECT_NE(results[0].data, results[1].data);
  EXPECT_EQ(static_cast<float *>(results[1].data)[3], 5);
}

TEST_F(ModuleInvoke, RefusesResultOfAnotherShape) {
  const conorm_entry *wrong =
      conorm_module_find(module, "wrong", CONORM_VARIANT_FUSED);
  EXPECT_EQ(invoke(wrong, {}, 1), CONORM_ERROR_MODULE);
  EXPECT_STREQ(conorm_context_message(context),
               "entry 'wrong': result 0: expected 2x2xf32, found 3x2xf32");
  EXPECT_EQ(results[0].data, nullptr);
}

TEST_F(ModuleInvoke, RefusesNumberOfArguments) {
  expectRefused(echo, {}, 4, "entry 'echo': expected 1 arguments, found 0");
}

TEST_F(ModuleInvoke, RefusesNumberOfResults) {
  expectRefused(echo, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 3,
                "expected room for 4 results, found 3");
}

TEST_F(ModuleInvoke, RefusesElementType) {
  expectRefused(echo, {makeBuffer(CONORM_TYPE_F32, numbers.data(), shape)}, 4,
                "argument 0: expected ?x3xi32, found 2x3xf32");
}

TEST_F(ModuleInvoke, RefusesShape) {
  shape = {2, 4};
  expectRefused(echo, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 4,
                "argument 0: expected ?x3xi32, found 2x4xi32");
}

TEST_F(ModuleInvoke, RefusesNegativeSize) {
  shape = {-2, 3};
  expectRefused(echo, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 4,
                "found -2x3xi32");
}

TEST_F(ModuleInvoke, RefusesHugeSize) {
  shape = {int64_t(1) << 62, 3};
  expectRefused(echo, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 4,
                "expected a size below 2^63 bytes");
}

TEST_F(ModuleInvoke, RefusesRank) {
  shape = {2, 3, 1};
  expectRefused(echo, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 4,
                "expected ?x3xi32, found 2x3x1xi32");
}

TEST_F(ModuleInvoke, RefusesNullData) {
  expectRefused(echo, {makeBuffer(CONORM_TYPE_I32, nullptr, shape)}, 4,
                "argument 0: expected data, found a null pointer");
}

TEST_F(ModuleInvoke, RefusesMisalignedData) {
  char *data = reinterpret_cast<char *>(numbers.data()) + 1;
  shape = {1, 3};
  expectRefused(echo, {makeBuffer(CONORM_TYPE_I32, data, shape)}, 4,
                "expected data aligned to 4 bytes");
}

TEST_F(ModuleInvoke, RefusesOverlapWithDonated) {
  std::vector<float> data = {1, 2, 3, 4};
  std::vector<int64_t> square = {2, 2};
  expectRefused(twice,
                {makeBuffer(CONORM_TYPE_F32, data.data() + 3, {}),
                 makeBuffer(CONORM_TYPE_F32, data.data(), square)},
                2,
                "argument 1: expected a donated buffer of its own, found one "
                "that overlaps argument 0");
  EXPECT_THAT(data, ElementsAre(1, 2, 3, 4));
}

TEST_F(ModuleInvoke, RefusesShortStructures) {
  conorm_buffer arg = makeBuffer(CONORM_TYPE_I32, numbers.data(), shape);
  arg.struct_size = 8;
  EXPECT_EQ(invoke(echo, {arg}, 4), CONORM_ERROR_VERSION);
  EXPECT_THAT(conorm_context_message(context),
              HasSubstr("argument 0: expected struct_size of " +
                        std::to_string(sizeof(conorm_buffer)) +
                        " to 65536, found 8"));
}

/// A failed context runs nothing: the entry would overwrite donated buffers.
TEST_F(ModuleInvoke, RunsNothingAfterAFailure) {
  float scalar = 1;
  std::vector<float> data = {1, 2, 3, 4};
  std::vector<int64_t> square = {2, 2};
  conorm_context_abort(context, "test");
  EXPECT_NE(invoke(twice,
                   {makeBuffer(CONORM_TYPE_F32, &scalar, {}),
                    makeBuffer(CONORM_TYPE_F32, data.data(), square)},
                   2),
            CONORM_OK);
  EXPECT_THAT(data, ElementsAre(1, 2, 3, 4));
}

TEST_F(ModuleInvoke, RefusesBuffersElsewhere) {
  conorm_buffer arg = makeBuffer(CONORM_TYPE_I32, numbers.data(), shape);
  arg.memory = CONORM_MEMORY_DEVICE;
  EXPECT_EQ(invoke(echo, {arg}, 4), CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_STREQ(conorm_context_message(context),
               "entry 'echo': argument 0: expected data in host memory, found "
               "data in device memory");
}

TEST_F(ModuleInvoke, RefusesClosedModules) {
  conorm_module_close(module);
  EXPECT_EQ(conorm_module_manifest(module), nullptr);
  EXPECT_EQ(conorm_module_find(module, "echo", CONORM_VARIANT_FUSED), nullptr);
  expectRefused(echo, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 4,
                "conorm_module_invoke: expected an open module, found one "
                "that was closed");
  EXPECT_EQ(conorm_module_bind(module, context), CONORM_ERROR_INVALID_ARGUMENT);
  // The fixture closes it once more.
}

TEST_F(ModuleInvoke, RunsNothingThatIsInspected) {
  conorm_module *inspected = nullptr;
  ASSERT_EQ(conorm_module_inspect(CONORM_TEST_ARTIFACT, &inspected, nullptr, 0),
            CONORM_OK);
  EXPECT_EQ(conorm_module_bind(inspected, context),
            CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(conorm_context_message(context),
              HasSubstr("expected a module from conorm_module_open"));
  conorm_module_close(inspected);
}

TEST_F(ModuleInvoke, RefusesEntryOfAnotherModule) {
  conorm_entry copy = *echo;
  expectRefused(&copy, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 4,
                "expected an entry of this module, found another");
}

} // namespace
