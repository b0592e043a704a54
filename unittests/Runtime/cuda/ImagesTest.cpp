//===- ImagesTest.cpp - Which code of a program a device takes ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "cuda/Images.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <vector>

using namespace conorm::rt;
using namespace conorm::rt::cuda;
using testing::HasSubstr;

namespace {
struct Images {
  std::vector<conorm_device_image> images;
  conorm_device_program program = {};

  void add(uint32_t kind, uint32_t arch) {
    images.push_back({sizeof(conorm_device_image), kind, arch, 0, "", 1});
  }
  const conorm_device_image *choose(uint32_t arch, Error &error) {
    program.images = images.data();
    program.num_images = uint32_t(images.size());
    const conorm_device_image *image;
    error = chooseImage(program, arch, image);
    return image;
  }
  std::string choice(uint32_t arch) {
    Error error;
    const conorm_device_image *image = choose(arch, error);
    return image ? (image->kind == CONORM_IMAGE_PTX ? "ptx " : "cubin ") +
                       std::to_string(image->arch)
                 : error.message;
  }
};
} // namespace

TEST(Images, MachineCodeComesBeforePTX) {
  Images images;
  images.add(CONORM_IMAGE_PTX, 90);
  images.add(CONORM_IMAGE_CUBIN, 80);
  images.add(CONORM_IMAGE_CUBIN, 86);
  images.add(CONORM_IMAGE_CUBIN, 90);
  EXPECT_EQ(images.choice(80), "cubin 80");
  EXPECT_EQ(images.choice(86), "cubin 86");
  EXPECT_EQ(images.choice(89), "cubin 86");
  EXPECT_EQ(images.choice(90), "cubin 90");
  EXPECT_EQ(images.choice(100), "ptx 90");
}

TEST(Images, PTXIsForAllThatAreNoOlder) {
  Images images;
  images.add(CONORM_IMAGE_PTX, 80);
  images.add(CONORM_IMAGE_PTX, 100);
  EXPECT_EQ(images.choice(90), "ptx 80");
  EXPECT_EQ(images.choice(120), "ptx 100");
}

TEST(Images, AreNotTakenByAnOlderDevice) {
  Images images;
  images.add(CONORM_IMAGE_CUBIN, 90);
  images.add(CONORM_IMAGE_PTX, 90);
  Error error;
  EXPECT_EQ(images.choose(80, error), nullptr);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_EQ(error.message, "expected code that a device of sm_80 runs, found "
                           "cubin for sm_90, ptx for sm_90");
}

TEST(Images, MayBeMissing) {
  Images images;
  EXPECT_THAT(images.choice(90), HasSubstr("found none"));
}

TEST(Images, OfTheBackendNeedANewerDevice) {
  EXPECT_FALSE(checkArch(0, 80));
  Error error = checkArch(3, 75);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_EQ(error.message, "device 3 is sm_75, expected sm_80 or newer");
}
