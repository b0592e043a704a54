//===- ModuleTestUtils.h - Loading the test artifact ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_MODULETESTUTILS_H
#define CONORM_UNITTESTS_RUNTIME_MODULETESTUTILS_H

#include "conorm-runtime/conorm.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <string>
#include <vector>

namespace conorm::test {

struct OpenResult {
  conorm_status status;
  std::string message;
  conorm_module *module;
};

inline OpenResult openModule(const std::string &path) {
  char message[512] = "";
  conorm_module *module = nullptr;
  conorm_status status =
      conorm_module_open(path.c_str(), &module, message, sizeof(message));
  return {status, message, module};
}

/// Calls on a context of a world of one.
class ModuleInvoke : public testing::Test {
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
    OpenResult result = openModule(CONORM_TEST_ARTIFACT);
    ASSERT_EQ(result.status, CONORM_OK) << result.message;
    module = result.module;
    echo = conorm_module_find(module, "echo", CONORM_VARIANT_FUSED);
    twice = conorm_module_find(module, "twice", CONORM_VARIANT_FUSED);
    results.resize(4);
    for (conorm_buffer &buffer : results) {
      buffer = {};
      buffer.struct_size = sizeof(buffer);
    }
  }
  void TearDown() override {
    for (conorm_buffer &buffer : results)
      conorm_buffer_release(&buffer);
    conorm_module_close(module);
    conorm_context_destroy(context);
    conorm_bootstrap_release(&bootstrap);
  }

  static conorm_buffer makeBuffer(uint32_t type, void *data,
                                  const std::vector<int64_t> &shape) {
    conorm_buffer buffer = {};
    buffer.struct_size = sizeof(buffer);
    buffer.element_type = type;
    buffer.rank = static_cast<uint32_t>(shape.size());
    buffer.data = data;
    buffer.shape = shape.data();
    return buffer;
  }
  conorm_status invoke(const conorm_entry *entry,
                       const std::vector<conorm_buffer> &args, size_t count) {
    return conorm_module_invoke(module, entry, context, args.data(),
                                args.size(), results.data(), count);
  }
  void expectRefused(const conorm_entry *entry,
                     const std::vector<conorm_buffer> &args, size_t count,
                     const std::string &text) {
    EXPECT_EQ(invoke(entry, args, count), CONORM_ERROR_INVALID_ARGUMENT);
    EXPECT_THAT(conorm_context_message(context), testing::HasSubstr(text));
    // Sticky, so that a program cannot run on.
    EXPECT_EQ(conorm_context_status(context), CONORM_ERROR_INVALID_ARGUMENT);
  }

  conorm_bootstrap bootstrap = {};
  conorm_context *context = nullptr;
  conorm_module *module = nullptr;
  const conorm_entry *echo = nullptr;
  const conorm_entry *twice = nullptr;
  std::vector<conorm_buffer> results;
  std::vector<int64_t> shape = {2, 3};
  std::vector<int32_t> numbers = {1, 2, 3, 4, 5, 6};
};

} // namespace conorm::test

#endif // CONORM_UNITTESTS_RUNTIME_MODULETESTUTILS_H
