//===- ModuleProgramTest.cpp - What of an artifact lies on a device -------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceTestUtils.h"

#include "module/Module.h"

using namespace conorm::test;
using testing::HasSubstr;

namespace {
const char ptx[] = ".version 7.0\n.target sm_80\n.address_size 64\n";
const char constant[16] = {};

/// A manifest with a program, which each test damages.
class ModuleProgram : public DeviceContext {
protected:
  conorm_device_image images[2] = {
      {sizeof(conorm_device_image), CONORM_IMAGE_PTX, 80, 0, ptx, sizeof(ptx)},
      {sizeof(conorm_device_image), CONORM_IMAGE_CUBIN, 90, 0, ptx, 4}};
  conorm_device_kernel kernels[1] = {{sizeof(conorm_device_kernel), 3, "add"}};
  conorm_device_global globals[1] = {
      {sizeof(conorm_device_global), 0, constant, sizeof(constant)}};
  conorm_device_program program = {
      sizeof(program), CONORM_BACKEND_CPU, 2, 1, 1, 0, images, kernels,
      globals};

  conorm_status open() {
    conorm_manifest manifest = {};
    manifest.magic = CONORM_MANIFEST_MAGIC;
    manifest.struct_size = sizeof(manifest);
    manifest.abi_major = CONORM_ABI_VERSION_MAJOR;
    manifest.abi_minor = CONORM_ABI_VERSION_MINOR;
    manifest.device_program = &program;
    return conorm_module_from_manifest(&manifest, &module, text, sizeof(text));
  }
  void expectDamage(const std::string &what,
                    conorm_status status = CONORM_ERROR_MODULE) {
    EXPECT_EQ(open(), status);
    EXPECT_THAT(std::string(text), HasSubstr(what));
    EXPECT_EQ(module, nullptr);
  }

  conorm_module *module = nullptr;
  char text[512] = "";
};
} // namespace

TEST_F(ModuleProgram, IsCopied) {
  ASSERT_EQ(open(), CONORM_OK) << text;
  const conorm_device_program *copy =
      conorm_module_manifest(module)->device_program;
  ASSERT_NE(copy, nullptr);
  EXPECT_NE(copy, &program);
  EXPECT_NE(copy->images, images);
  ASSERT_EQ(copy->num_images, 2u);
  EXPECT_EQ(copy->images[1].arch, 90u);
  EXPECT_STREQ(copy->kernels[0].name, "add");
  EXPECT_EQ(copy->globals[0].bytes, sizeof(constant));
  EXPECT_EQ(module->programKey, &program);
  conorm_module_close(module);
}

TEST_F(ModuleProgram, IsLoadedWhenTheModuleIsBound) {
  ASSERT_EQ(open(), CONORM_OK);
  EXPECT_EQ(conorm_module_bind(module, context), CONORM_OK) << message();
  EXPECT_EQ(device.loads, 1);
  conorm_module_close(module);
}

TEST_F(ModuleProgram, MayHaveOnlyConstants) {
  program.num_images = program.num_kernels = 0;
  program.images = nullptr;
  program.kernels = nullptr;
  EXPECT_EQ(open(), CONORM_OK) << text;
  conorm_module_close(module);
}

TEST_F(ModuleProgram, OfANewerVersionIsReadAsFarAsItIsKnown) {
  struct {
    conorm_device_kernel known = {sizeof(*this), 3, "add"};
    uint64_t unknown = 0;
  } newer[2];
  program.kernels = &newer[0].known;
  program.num_kernels = 2;
  ASSERT_EQ(open(), CONORM_OK) << text;
  EXPECT_EQ(
      conorm_module_manifest(module)->device_program->kernels[1].num_params,
      3u);
  conorm_module_close(module);
  newer[1].unknown = 1;
  expectDamage("device program: kernel 1", CONORM_ERROR_VERSION);
}

TEST_F(ModuleProgram, IsForTheBackendOfTheManifest) {
  program.backend = CONORM_BACKEND_CUDA;
  expectDamage("device program: expected one for the manifest's backend (cpu), "
               "found one for backend 1");
}

TEST_F(ModuleProgram, IsCalledOnContextsOfItsBackendOnly) {
  auto nothing = [](conorm_context *, void *const *, void *) {};
  conorm_entry entry = {};
  entry.struct_size = sizeof(entry);
  entry.name = "nothing";
  entry.function = nothing;
  conorm_manifest manifest = {};
  manifest.magic = CONORM_MANIFEST_MAGIC;
  manifest.struct_size = sizeof(manifest);
  manifest.abi_major = CONORM_ABI_VERSION_MAJOR;
  manifest.abi_minor = CONORM_ABI_VERSION_MINOR;
  manifest.backend = CONORM_BACKEND_CUDA;
  manifest.num_entries = 1;
  manifest.entries = &entry;
  ASSERT_EQ(conorm_module_from_manifest(&manifest, &module, text, sizeof(text)),
            CONORM_OK)
      << text;
  EXPECT_EQ(conorm_module_invoke(module,
                                 conorm_module_find(module, "nothing", 0),
                                 context, nullptr, 0, nullptr, 0),
            CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(message(),
              HasSubstr("expected a context of the cuda backend, found one of "
                        "the cpu backend"));
  conorm_module_close(module);
}

TEST_F(ModuleProgram, HasAnAddressThatCanBeRead) {
  conorm_manifest manifest = {};
  manifest.magic = CONORM_MANIFEST_MAGIC;
  manifest.struct_size = sizeof(manifest);
  manifest.abi_major = CONORM_ABI_VERSION_MAJOR;
  manifest.abi_minor = CONORM_ABI_VERSION_MINOR;
  manifest.device_program = reinterpret_cast<const conorm_device_program *>(16);
  EXPECT_EQ(conorm_module_from_manifest(&manifest, &module, text, sizeof(text)),
            CONORM_ERROR_MODULE);
  EXPECT_THAT(std::string(text),
              HasSubstr("device program: expected memory of the artifact"));
}

TEST_F(ModuleProgram, HasAWholeStructure) {
  program.struct_size = 8;
  expectDamage("device program: expected struct_size of", CONORM_ERROR_VERSION);
}

TEST_F(ModuleProgram, HasAtMostSoManyParts) {
  program.num_kernels = 1u << 30;
  expectDamage("device program: kernel: expected at most 65536 structures");
}

TEST_F(ModuleProgram, HasImagesOfAKnownKind) {
  images[1].kind = 9;
  expectDamage("device program: image 1: expected kind ptx (0) or cubin (1), "
               "found 9",
               CONORM_ERROR_VERSION);
}

TEST_F(ModuleProgram, HasImagesWithKnownFlags) {
  images[0].flags = CONORM_IMAGE_AWAITS;
  ASSERT_EQ(open(), CONORM_OK) << text;
  conorm_module_close(module);
  images[0].flags = 6;
  expectDamage("device program: image 0: expected flags of 0 to 1, found 6",
               CONORM_ERROR_VERSION);
}

TEST_F(ModuleProgram, HasImagesThatAreThere) {
  images[1].data = nullptr;
  expectDamage("device program: image 1: expected 4 bytes, found a null "
               "pointer");
}

TEST_F(ModuleProgram, HasImagesThatCanBeRead) {
  images[1].bytes = uint64_t(1) << 46;
  expectDamage("device program: image 1: expected memory of the artifact");
}

TEST_F(ModuleProgram, HasImagesWithCode) {
  images[0].bytes = 0;
  expectDamage("device program: image 0: expected code, found none");
}

TEST_F(ModuleProgram, HasTextThatEnds) {
  images[0].bytes = 5;
  expectDamage("device program: image 0: expected PTX that ends with a NUL");
}

TEST_F(ModuleProgram, HasKernelsWithNames) {
  kernels[0].name = nullptr;
  expectDamage("device program: kernel 0: expected a name, found none");
}

TEST_F(ModuleProgram, HasNamesThatCanBeRead) {
  kernels[0].name = reinterpret_cast<const char *>(8);
  expectDamage("device program: kernel 0: name: expected memory");
}

TEST_F(ModuleProgram, HasConstantsThatCanBeRead) {
  globals[0].data = reinterpret_cast<const void *>(8);
  expectDamage("device program: global 0: expected memory of the artifact");
}

TEST_F(ModuleProgram, HasCodeForItsKernels) {
  program.num_images = 0;
  expectDamage("device program: expected an image with the code of 1 kernels, "
               "found none");
}
