//===- ModuleTest.cpp - Tests of the loader of artefacts ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm-runtime/conorm.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

struct OpenResult {
  conorm_status status;
  std::string message;
  conorm_module *module;
};

OpenResult openModule(const std::string &path) {
  char message[512] = "";
  conorm_module *module = nullptr;
  conorm_status status =
      conorm_module_open(path.c_str(), &module, message, sizeof(message));
  return {status, message, module};
}

/// Damages the manifest in place: the artefact is mapped once in a process, so
/// the loader sees what the test wrote.
class ModuleManifest : public testing::Test {
protected:
  void SetUp() override {
    handle = dlopen(CONORM_TEST_ARTEFACT, RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(handle) << dlerror();
    manifest =
        static_cast<conorm_manifest *>(dlsym(handle, CONORM_MANIFEST_SYMBOL));
    ASSERT_TRUE(manifest);
    entries = const_cast<conorm_entry *>(manifest->entries);
    args = const_cast<conorm_value_desc *>(entries[0].args);
    savedManifest = *manifest;
    for (int i = 0; i < 4; ++i)
      savedEntries[i] = entries[i];
    savedArg = args[0];
  }
  void TearDown() override {
    args[0] = savedArg;
    for (int i = 0; i < 4; ++i)
      entries[i] = savedEntries[i];
    *manifest = savedManifest;
    dlclose(handle);
  }
  /// The module cannot be opened, and why is in the message.
  void expectRefused(conorm_status status, const std::string &text) {
    OpenResult result = openModule(CONORM_TEST_ARTEFACT);
    EXPECT_EQ(result.status, status);
    EXPECT_THAT(result.message, HasSubstr(text));
    EXPECT_EQ(result.module, nullptr);
  }

  void *handle = nullptr;
  conorm_manifest *manifest = nullptr;
  conorm_entry *entries = nullptr;
  conorm_value_desc *args = nullptr;
  conorm_manifest savedManifest;
  conorm_entry savedEntries[4];
  conorm_value_desc savedArg;
};

TEST_F(ModuleManifest, AcceptsAndFinds) {
  OpenResult result = openModule(CONORM_TEST_ARTEFACT);
  ASSERT_EQ(result.status, CONORM_OK) << result.message;
  const conorm_manifest *read = conorm_module_manifest(result.module);
  EXPECT_EQ(read->num_entries, 4u);
  EXPECT_STREQ(read->groups[0].name, "tp");
  const conorm_entry *twice =
      conorm_module_find(result.module, "twice", CONORM_VARIANT_UNFUSED);
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->args[1].flags, uint32_t(CONORM_VALUE_DONATED));
  // The only one of its variant, by no name; several of the other.
  EXPECT_EQ(conorm_module_find(result.module, nullptr, CONORM_VARIANT_UNFUSED),
            twice);
  EXPECT_FALSE(
      conorm_module_find(result.module, nullptr, CONORM_VARIANT_FUSED));
  EXPECT_FALSE(
      conorm_module_find(result.module, "echo", CONORM_VARIANT_UNFUSED));
  EXPECT_FALSE(
      conorm_module_find(result.module, "missing", CONORM_VARIANT_FUSED));
  conorm_module_close(result.module);
}

TEST_F(ModuleManifest, RefusesMagic) {
  manifest->magic ^= 1;
  expectRefused(CONORM_ERROR_MODULE,
                "expected manifest magic 0x01004d524f4e4f43, found "
                "0x01004d524f4e4f42");
}

TEST_F(ModuleManifest, RefusesOtherMajor) {
  manifest->abi_major += 1;
  expectRefused(CONORM_ERROR_VERSION, "found 2.3");
  // The rest of another major's manifest is not looked at.
  manifest->struct_size = 0;
  expectRefused(CONORM_ERROR_VERSION, "found 2.3");
}

TEST_F(ModuleManifest, RefusesNewerMinor) {
  manifest->abi_minor += 1;
  expectRefused(CONORM_ERROR_VERSION, "expected an artefact of ABI version "
                                      "1.0 to 1.3, found 1.4");
}

TEST_F(ModuleManifest, RefusesShortStructures) {
  manifest->struct_size -= 8;
  expectRefused(CONORM_ERROR_VERSION,
                "manifest: expected struct_size of at least 56, found 48");
  manifest->struct_size += 8;
  entries[1].struct_size = 4;
  expectRefused(CONORM_ERROR_VERSION,
                "entry 1: expected struct_size of at least");
  entries[1] = savedEntries[1];
  args[0].struct_size = 12;
  expectRefused(CONORM_ERROR_VERSION, "entry 'echo' (fused): argument 0: "
                                      "expected struct_size of at least");
}

/// A newer compiler's structures are longer; arrays advance by their size.
TEST_F(ModuleManifest, StridesByStructSize) {
  struct LongEntry {
    conorm_entry entry;
    uint64_t future[2];
  } longer[2] = {{savedEntries[0], {0, 0}}, {savedEntries[1], {0, 0}}};
  for (LongEntry &item : longer)
    item.entry.struct_size = sizeof(LongEntry);
  manifest->entries = &longer[0].entry;
  manifest->num_entries = 2;
  OpenResult result = openModule(CONORM_TEST_ARTEFACT);
  ASSERT_EQ(result.status, CONORM_OK) << result.message;
  const conorm_manifest *read = conorm_module_manifest(result.module);
  EXPECT_STREQ(read->entries[1].name, "twice");
  EXPECT_EQ(read->entries[1].struct_size, sizeof(conorm_entry));
  conorm_module_close(result.module);

  longer[1].future[1] = 1;
  expectRefused(CONORM_ERROR_VERSION,
                "entry 1 uses fields that this runtime does not know");
}

TEST_F(ModuleManifest, RefusesDamage) {
  entries[0].function = nullptr;
  expectRefused(CONORM_ERROR_MODULE,
                "entry 'echo' (fused): expected a function, found none");
  entries[0] = savedEntries[0];
  entries[0].name = "";
  expectRefused(CONORM_ERROR_MODULE, "entry 0: expected a name, found none");
  entries[0].name = "twice";
  expectRefused(CONORM_ERROR_MODULE,
                "entry 'twice' (fused): expected once, found twice");
  entries[0] = savedEntries[0];
  args[0].rank = 33;
  expectRefused(CONORM_ERROR_MODULE, "expected a rank of at most 32, found 33");
  args[0] = savedArg;
  args[0].shape = nullptr;
  expectRefused(CONORM_ERROR_MODULE, "expected 2 sizes, found a null pointer");
  const int64_t negative[] = {-1, 3};
  args[0].shape = negative;
  expectRefused(CONORM_ERROR_MODULE, "expected a size, found -1");
  args[0] = savedArg;
  args[0].kind = CONORM_VALUE_SCALAR;
  expectRefused(CONORM_ERROR_MODULE, "expected rank 0 of a scalar, found 2");
  args[0].kind = 7;
  expectRefused(CONORM_ERROR_VERSION,
                "expected kind tensor (0) or scalar (1), found 7");
  args[0] = savedArg;
  args[0].element_type = 99;
  expectRefused(CONORM_ERROR_UNSUPPORTED,
                "expected an element type that this runtime knows, found type "
                "99");
  args[0].element_type = CONORM_TYPE_F4E2M1FN;
  expectRefused(CONORM_ERROR_UNSUPPORTED,
                "expected packed 4-bit data as i8, found f4E2M1FN");
  args[0] = savedArg;
  manifest->entries = nullptr;
  expectRefused(CONORM_ERROR_MODULE,
                "entry: expected 4 structures, found a null pointer");
}

TEST(ModuleFile, RefusesWhatIsNoArtefact) {
  OpenResult missing = openModule("/nonexistent/out.so");
  EXPECT_EQ(missing.status, CONORM_ERROR_MODULE);
  EXPECT_EQ(missing.message,
            "cannot open /nonexistent/out.so: No such file or directory");
  EXPECT_THAT(openModule("/").message,
              HasSubstr("expected a shared object, found a directory"));
  EXPECT_THAT(openModule("/dev/null").message,
              HasSubstr("found something not a file"));
  // A shared object, but of others.
  OpenResult other = openModule(CONORM_TEST_RUNTIME);
  EXPECT_EQ(other.status, CONORM_ERROR_MODULE);
  EXPECT_THAT(other.message, HasSubstr("is not a conorm artefact: expected "
                                       "the symbol 'conorm_manifest'"));
  EXPECT_EQ(conorm_module_open(nullptr, nullptr, nullptr, 0),
            CONORM_ERROR_INVALID_ARGUMENT);
}

/// Whatever the length a file is cut to, the loader says so and does not fault.
TEST(ModuleFile, RefusesTruncation) {
  std::ifstream file(CONORM_TEST_ARTEFACT, std::ios::binary);
  std::string whole{std::istreambuf_iterator<char>(file), {}};
  std::string path = testing::TempDir() + "conorm-truncated-" +
                     std::to_string(getpid()) + ".so";
  for (size_t length : {size_t(0), size_t(3), size_t(63), size_t(64),
                        size_t(200), whole.size() / 8, whole.size() / 4}) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, length);
    OpenResult result = openModule(path);
    EXPECT_EQ(result.status, CONORM_ERROR_MODULE) << length;
    EXPECT_THAT(result.message, StartsWith(path)) << length;
    EXPECT_THAT(result.message, HasSubstr("expected")) << length;
  }
  whole[18] ^= 0x55; // e_machine
  std::ofstream(path, std::ios::binary) << whole;
  EXPECT_THAT(openModule(path).message, HasSubstr("expected ELF machine"));
  std::remove(path.c_str());
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
    OpenResult result = openModule(CONORM_TEST_ARTEFACT);
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
    EXPECT_THAT(conorm_context_message(context), HasSubstr(text));
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

/// The artefact's group does not fit a world of one.
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
              HasSubstr("argument 0: expected struct_size of at least " +
                        std::to_string(sizeof(conorm_buffer)) + ", found 8"));
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

TEST_F(ModuleInvoke, RefusesEntryOfAnotherModule) {
  conorm_entry copy = *echo;
  expectRefused(&copy, {makeBuffer(CONORM_TYPE_I32, numbers.data(), shape)}, 4,
                "expected an entry of this module, found another");
}

} // namespace
