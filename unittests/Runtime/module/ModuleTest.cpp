//===- ModuleTest.cpp - Tests of the loader of artifacts ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleTestUtils.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

using namespace conorm::test;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

/// Damages the manifest in place: the artifact is mapped once in a process, so
/// the loader sees what the test wrote.
class ModuleManifest : public testing::Test {
protected:
  void SetUp() override {
    handle = dlopen(CONORM_TEST_ARTIFACT, RTLD_NOW | RTLD_LOCAL);
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
    OpenResult result = openModule(CONORM_TEST_ARTIFACT);
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
  OpenResult result = openModule(CONORM_TEST_ARTIFACT);
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
  expectRefused(CONORM_ERROR_VERSION, "found 2.6");
  // The rest of another major's manifest is not looked at.
  manifest->struct_size = 0;
  expectRefused(CONORM_ERROR_VERSION, "found 2.6");
}

TEST_F(ModuleManifest, RefusesNewerMinor) {
  manifest->abi_minor += 1;
  expectRefused(CONORM_ERROR_VERSION, "expected an artifact of ABI version "
                                      "1.0 to 1.6, found 1.7");
}

TEST_F(ModuleManifest, RefusesShortStructures) {
  manifest->struct_size = 48;
  expectRefused(CONORM_ERROR_VERSION,
                "manifest: expected struct_size of 56 to 65536, found 48");
  manifest->struct_size = savedManifest.struct_size;
  entries[1].struct_size = 4;
  expectRefused(CONORM_ERROR_VERSION,
                "entry 1: expected struct_size of 48 to 65536, found 4");
  entries[1] = savedEntries[1];
  args[0].struct_size = 12;
  expectRefused(CONORM_ERROR_VERSION, "entry 'echo' (fused): argument 0: "
                                      "expected struct_size of 32 to 65536, "
                                      "found 12");
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
  OpenResult result = openModule(CONORM_TEST_ARTIFACT);
  ASSERT_EQ(result.status, CONORM_OK) << result.message;
  const conorm_manifest *read = conorm_module_manifest(result.module);
  EXPECT_STREQ(read->entries[1].name, "twice");
  EXPECT_EQ(read->entries[1].struct_size, sizeof(conorm_entry));
  conorm_module_close(result.module);

  longer[1].future[1] = 1;
  expectRefused(CONORM_ERROR_VERSION,
                "entry 1 has struct_size " + std::to_string(sizeof(LongEntry)) +
                    " and sets byte " +
                    std::to_string(sizeof(conorm_entry) + 8) +
                    ", which this runtime");
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

/// Values that no version has are named, and the bounds are true.
TEST_F(ModuleManifest, RefusesUnknownValues) {
  manifest->backend = 2;
  expectRefused(CONORM_ERROR_VERSION,
                "manifest: expected backend 0 (cpu) or 1 (cuda), found 2");
  manifest->backend = savedManifest.backend;
  manifest->numerics = 2;
  expectRefused(
      CONORM_ERROR_VERSION,
      "manifest: expected numerics 0 (exact) or 1 (relaxed), found 2");
  manifest->numerics = savedManifest.numerics;
  manifest->struct_size = 0xffffffff;
  expectRefused(
      CONORM_ERROR_VERSION,
      "manifest: expected struct_size of 56 to 65536, found 4294967295");
  *manifest = savedManifest;
  entries[0].variant = 2;
  expectRefused(CONORM_ERROR_VERSION,
                "entry 0 ('echo'): expected variant fused (0) or unfused (1), "
                "found 2");
  entries[0] = savedEntries[0];
  args[0].flags = 4;
  expectRefused(CONORM_ERROR_VERSION,
                "argument 0: expected flags of 0 to 3, found 4");
  args[0] = savedArg;
  args[0].reserved = 1;
  expectRefused(CONORM_ERROR_VERSION, "argument 0.reserved is 1, expected 0");
}

TEST_F(ModuleManifest, RefusesCountsBeyondReach) {
  manifest->num_entries = INT32_MAX;
  expectRefused(CONORM_ERROR_MODULE,
                "entry: expected at most 65536 structures, found 2147483647");
  *manifest = savedManifest;
  manifest->num_groups = UINT32_MAX;
  expectRefused(CONORM_ERROR_MODULE,
                "group: expected at most 65536 structures, found 4294967295");
  *manifest = savedManifest;
  entries[0].num_results = INT32_MAX;
  expectRefused(CONORM_ERROR_MODULE,
                "expected at most 1048576 arguments and results of all "
                "entries, found more");
  entries[0] = savedEntries[0];
  entries[0].num_results = 65537;
  expectRefused(CONORM_ERROR_MODULE,
                "entry 'echo' (fused): result: expected at most 65536 "
                "structures, found 65537");
  entries[0] = savedEntries[0];
  conorm_group &group = const_cast<conorm_group &>(manifest->groups[0]);
  conorm_group saved = group;
  group.num_groups = group.group_size = UINT32_MAX;
  expectRefused(CONORM_ERROR_MODULE,
                "group 0: expected 1 to 1048576 ranks, found 4294967295 rows "
                "of 4294967295 ranks");
  group = saved;
}

TEST_F(ModuleManifest, RefusesAddressesThatAreNone) {
  auto *nowhere = reinterpret_cast<char *>(0x10);
  const char *refusal = "expected memory of the artifact, found an address "
                        "that cannot be read";
  manifest->entries = reinterpret_cast<conorm_entry *>(nowhere);
  expectRefused(CONORM_ERROR_MODULE, std::string("entry 0: ") + refusal);
  *manifest = savedManifest;
  for (const char **text : {&manifest->producer, &manifest->processor,
                            &manifest->processor_features}) {
    *text = nowhere;
    expectRefused(CONORM_ERROR_MODULE, refusal);
    *manifest = savedManifest;
  }
  entries[1].name = nowhere;
  expectRefused(CONORM_ERROR_MODULE, std::string("entry 1: name: ") + refusal);
  entries[1] = savedEntries[1];
  entries[1].function = reinterpret_cast<conorm_entry_fn>(entries);
  expectRefused(CONORM_ERROR_MODULE,
                "entry 'twice' (fused): expected a function, found an address "
                "that is not code");
  entries[1] = savedEntries[1];
  args[0].shape = reinterpret_cast<int64_t *>(nowhere);
  expectRefused(CONORM_ERROR_MODULE, std::string("sizes: ") + refusal);
  args[0] = savedArg;
  args[0].name = nowhere;
  expectRefused(CONORM_ERROR_MODULE, std::string("name: ") + refusal);
}

/// Whatever bytes of the manifest change, the loader says so or does not mind.
TEST_F(ModuleManifest, SurvivesRandomDamage) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "a damaged pointer may name memory of the sanitizer's own";
#endif
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "damaged addresses lead to memory that it guards";
#endif
  struct Region {
    void *at;
    size_t bytes;
  };
  auto *groups = const_cast<conorm_group *>(manifest->groups);
  auto *outs = const_cast<conorm_value_desc *>(entries[0].results);
  const Region regions[] = {{manifest, sizeof(*manifest)},
                            {entries, 4 * sizeof(conorm_entry)},
                            {args, sizeof(conorm_value_desc)},
                            {outs, 4 * sizeof(conorm_value_desc)},
                            {groups, sizeof(conorm_group)}};
  std::mt19937_64 random(7);
  int refused = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    const Region &region = regions[random() % std::size(regions)];
    std::vector<char> saved(static_cast<char *>(region.at),
                            static_cast<char *>(region.at) + region.bytes);
    for (int change = random() % 3; change >= 0; --change) {
      // A whole field, a byte or a bit.
      size_t at = random() % (region.bytes / 4) * 4;
      char *place = static_cast<char *>(region.at) + at;
      uint32_t value = random();
      int kind = random() % 3;
      if (kind == 0)
        std::memcpy(place, &value, sizeof(value));
      else
        place[random() % 4] ^= kind == 1 ? char(value) : 1 << value % 8;
    }
    OpenResult result = openModule(CONORM_TEST_ARTIFACT);
    std::memcpy(region.at, saved.data(), saved.size());
    EXPECT_EQ(result.status == CONORM_OK, result.module != nullptr);
    EXPECT_EQ(result.status == CONORM_OK, result.message.empty());
    refused += result.status != CONORM_OK;
    conorm_module_close(result.module);
  }
  EXPECT_GT(refused, 10000);
}

/// What an artifact needs, and what there is, are both named.
TEST_F(ModuleManifest, RefusesOtherProcessors) {
  manifest->processor = "pentagon";
  manifest->processor_features = "sse2,warp-drive,cx8";
  expectRefused(CONORM_ERROR_UNSUPPORTED,
                "expected a processor that runs code for pentagon, found ");
  expectRefused(CONORM_ERROR_UNSUPPORTED,
                "this runtime cannot look for warp-drive");
  // No processor has both AMD's of 2011 and Intel's of 2026.
  manifest->processor_features = "xop,avx10.2";
  expectRefused(CONORM_ERROR_UNSUPPORTED, ", which lacks ");
  // It can be read all the same, but not run.
  conorm_module *module = nullptr;
  ASSERT_EQ(conorm_module_inspect(CONORM_TEST_ARTIFACT, &module, nullptr, 0),
            CONORM_OK);
  EXPECT_STREQ(conorm_module_manifest(module)->processor, "pentagon");
  conorm_module_close(module);
  // Nothing is needed beyond the architecture, or nothing is recorded.
  for (const char *features : {"", static_cast<const char *>(nullptr)}) {
    manifest->processor_features = features;
    OpenResult result = openModule(CONORM_TEST_ARTIFACT);
    EXPECT_EQ(result.status, CONORM_OK) << result.message;
    conorm_module_close(result.module);
  }
  // Older artifacts end before.
  manifest->processor_features = "warp-drive";
  manifest->struct_size = offsetof(conorm_manifest, processor);
  manifest->abi_minor = 3;
  OpenResult result = openModule(CONORM_TEST_ARTIFACT);
  EXPECT_EQ(result.status, CONORM_OK) << result.message;
  conorm_module_close(result.module);
}

TEST(ModuleFile, RefusesWhatIsNoArtifact) {
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
  EXPECT_THAT(other.message, HasSubstr("is not a conorm artifact: expected "
                                       "the symbol 'conorm_manifest'"));
  EXPECT_EQ(conorm_module_open(nullptr, nullptr, nullptr, 0),
            CONORM_ERROR_INVALID_ARGUMENT);
}

/// Whatever the length a file is cut to, the loader says so and does not fault.
TEST(ModuleFile, RefusesTruncation) {
  std::ifstream file(CONORM_TEST_ARTIFACT, std::ios::binary);
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

} // namespace
