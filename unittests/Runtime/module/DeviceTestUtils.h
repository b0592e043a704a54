//===- DeviceTestUtils.h - Calls on a device of the host --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_MODULE_DEVICETESTUTILS_H
#define CONORM_UNITTESTS_RUNTIME_MODULE_DEVICETESTUTILS_H

#include "../memory/HostDevice.h"

#include "api/Context.h"

#include "conorm-runtime/conorm.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conorm::test {

/// A context of a world of one on the CPU, which takes the host's memory for a
/// device's.
class DeviceContext : public testing::Test {
protected:
  void SetUp() override {
    bootstrap.struct_size = sizeof(bootstrap);
    ASSERT_EQ(conorm_bootstrap_threads(1, &bootstrap), CONORM_OK);
    conorm_context_options options = {};
    options.struct_size = sizeof(options);
    options.bootstrap = &bootstrap;
    options.deadline_ms = 5000;
    char message[512];
    ASSERT_EQ(
        conorm_context_create(&options, &context, message, sizeof(message)),
        CONORM_OK)
        << message;
    context->calls = std::make_unique<rt::memory::DeviceCalls>(device);
  }
  void TearDown() override {
    conorm_context_destroy(context);
    conorm_bootstrap_release(&bootstrap);
  }

  std::string message() const { return conorm_context_message(context); }
  conorm_memory_report report() {
    conorm_memory_report report = {};
    report.struct_size = sizeof(report);
    EXPECT_EQ(conorm_context_memory(context, &report), CONORM_OK);
    return report;
  }
  static conorm_buffer emptyBuffer() {
    conorm_buffer buffer = {};
    buffer.struct_size = sizeof(buffer);
    return buffer;
  }
  conorm_buffer make(std::vector<int64_t> shape, float first = 0) {
    conorm_buffer buffer = emptyBuffer();
    EXPECT_EQ(conorm_buffer_create(context, CONORM_TYPE_F32,
                                   uint32_t(shape.size()), shape.data(),
                                   &buffer),
              CONORM_OK)
        << message();
    std::vector<float> values = valuesOf(shape, first);
    EXPECT_EQ(conorm_buffer_write(context, &buffer, values.data(),
                                  values.size() * sizeof(float)),
              CONORM_OK);
    return buffer;
  }
  static std::vector<float> valuesOf(const std::vector<int64_t> &shape,
                                     float first) {
    size_t count = 1;
    for (int64_t size : shape)
      count *= size_t(size);
    std::vector<float> values(count);
    for (size_t i = 0; i < count; ++i)
      values[i] = first + float(i);
    return values;
  }
  std::vector<float> read(const conorm_buffer &buffer) {
    size_t count = 1;
    for (uint32_t i = 0; i < buffer.rank; ++i)
      count *= size_t(buffer.shape[i]);
    std::vector<float> values(count);
    EXPECT_EQ(conorm_buffer_read(context, &buffer, values.data(),
                                 count * sizeof(float)),
              CONORM_OK);
    return values;
  }

  HostDevice device;
  conorm_bootstrap bootstrap = {};
  conorm_context *context = nullptr;
};

} // namespace conorm::test

#endif // CONORM_UNITTESTS_RUNTIME_MODULE_DEVICETESTUTILS_H
