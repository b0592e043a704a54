//===- BuffersTest.cpp - Memory of a context's backend --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceTestUtils.h"

using namespace conorm::test;
using testing::HasSubstr;

namespace {
class Buffers : public DeviceContext {
protected:
  void expectRefused(conorm_status status, const std::string &text) {
    EXPECT_EQ(status, CONORM_ERROR_INVALID_ARGUMENT);
    EXPECT_THAT(message(), HasSubstr(text));
  }
  const int64_t shape[2] = {2, 4};
  float values[8] = {1, 2, 3, 4, 5, 6, 7, 8};
};

/// On the host.
class HostBuffers : public Buffers {
protected:
  void SetUp() override {
    Buffers::SetUp();
    context->calls.reset();
  }
};
} // namespace

TEST_F(Buffers, CarryDataToTheDeviceAndBack) {
  conorm_buffer buffer = make({2, 4}, 3);
  EXPECT_EQ(buffer.memory, uint32_t(CONORM_MEMORY_DEVICE));
  EXPECT_EQ(buffer.element_type, uint32_t(CONORM_TYPE_F32));
  EXPECT_EQ(std::vector<int64_t>(buffer.shape, buffer.shape + 2),
            std::vector<int64_t>({2, 4}));
  EXPECT_EQ(read(buffer), valuesOf({2, 4}, 3));
  EXPECT_EQ(report().buffer_bytes, 256u);
  conorm_buffer_release(&buffer);
  conorm_buffer_release(&buffer);
  EXPECT_EQ(report().buffer_bytes, 0u);
}

TEST_F(Buffers, MayBeEmpty) {
  conorm_buffer buffer = make({0, 4});
  EXPECT_NE(buffer.data, nullptr);
  EXPECT_EQ(conorm_buffer_read(context, &buffer, nullptr, 0), CONORM_OK);
  conorm_buffer_release(&buffer);
}

TEST_F(HostBuffers, AreTheHosts) {
  conorm_buffer buffer = make({2, 4}, 3);
  EXPECT_EQ(buffer.memory, uint32_t(CONORM_MEMORY_HOST));
  EXPECT_EQ(static_cast<float *>(buffer.data)[1], 4);
  EXPECT_EQ(read(buffer), valuesOf({2, 4}, 3));
  EXPECT_EQ(report().buffer_bytes, 0u);
  conorm_buffer_release(&buffer);
}

TEST_F(HostBuffers, HaveNoGraphs) {
  EXPECT_EQ(conorm_context_set_graphs(context, 0), CONORM_OK);
  EXPECT_EQ(conorm_context_set_graphs(context, 1), CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(message(),
              HasSubstr("conorm_context_set_graphs: expected a context of a "
                        "backend with device memory"));
}

TEST_F(HostBuffers, RefuseMemoryOfADevice) {
  conorm_buffer buffer = make({2, 4});
  buffer.memory = CONORM_MEMORY_DEVICE;
  expectRefused(conorm_buffer_write(context, &buffer, values, sizeof(values)),
                "conorm_buffer_write: expected a buffer in host memory, found "
                "one in device memory");
  buffer.memory = CONORM_MEMORY_HOST;
  conorm_buffer_release(&buffer);
}

TEST_F(Buffers, RefuseMemoryOfTheHost) {
  conorm_buffer buffer = emptyBuffer();
  buffer.element_type = CONORM_TYPE_F32;
  buffer.rank = 2;
  buffer.shape = shape;
  buffer.data = values;
  expectRefused(conorm_buffer_read(context, &buffer, values, sizeof(values)),
                "conorm_buffer_read: expected a buffer in device memory, found "
                "one in host memory");
}

TEST_F(Buffers, RefuseAnotherSize) {
  conorm_buffer buffer = make({2, 4});
  expectRefused(conorm_buffer_read(context, &buffer, values, 31),
                "bytes is 31, expected 32, those of the buffer");
  conorm_buffer_release(&buffer);
}

TEST_F(Buffers, RefuseANegativeSize) {
  const int64_t negative[] = {-1};
  conorm_buffer buffer = emptyBuffer();
  expectRefused(
      conorm_buffer_create(context, CONORM_TYPE_F32, 1, negative, &buffer),
      "expected a type and a size below 2^63 bytes, found -1xf32");
}

TEST_F(Buffers, RefuseANullShape) {
  conorm_buffer buffer = emptyBuffer();
  expectRefused(
      conorm_buffer_create(context, CONORM_TYPE_F32, 1, nullptr, &buffer),
      "found a null pointer");
}

TEST_F(Buffers, RefuseNoStructure) {
  expectRefused(
      conorm_buffer_create(context, CONORM_TYPE_F32, 2, shape, nullptr),
      "conorm_buffer_create: out is null");
}

TEST_F(Buffers, SayWhatIsFree) {
  device.limit = 64;
  conorm_buffer buffer = emptyBuffer();
  EXPECT_EQ(conorm_buffer_create(context, CONORM_TYPE_F32, 2, shape, &buffer),
            CONORM_ERROR_RESOURCE);
  EXPECT_THAT(message(), HasSubstr("cannot make a buffer of 32 bytes"));
}
