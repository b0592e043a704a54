//===- DeviceBuffersTest.cpp - Buffers on a context's device --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostDevice.h"

#include "memory/DeviceBuffers.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <optional>

using namespace conorm::rt;
using namespace conorm::rt::memory;
using conorm::test::HostDevice;

TEST(DeviceBuffers, UseReleasedMemoryAgain) {
  HostDevice device;
  DeviceBuffers buffers(device);
  uint64_t number[2];
  void *data[2];
  ASSERT_FALSE(buffers.make(1000, number[0], data[0]));
  DeviceBuffers::release(number[0]);
  EXPECT_EQ(buffers.bytesInUse(), 0u);
  ASSERT_FALSE(buffers.make(1000, number[1], data[1]));
  EXPECT_EQ(data[0], data[1]);
  EXPECT_NE(number[0], number[1]);
  // The first number is gone, and frees nothing of the second.
  DeviceBuffers::release(number[0]);
  EXPECT_EQ(buffers.bytesInUse(), 1024u);
  EXPECT_EQ(device.growths, 1);
}

TEST(DeviceBuffers, LiveAsLongAsOneUses) {
  HostDevice device;
  DeviceBuffers buffers(device);
  uint64_t shared;
  {
    BufferUse use;
    ASSERT_FALSE(use.make(buffers, 100));
    shared = use.share();
  }
  EXPECT_EQ(buffers.bytesInUse(), 256u);
  DeviceBuffers::release(shared);
  EXPECT_EQ(buffers.bytesInUse(), 0u);
}

TEST(DeviceBuffers, AreGoneWithTheirContext) {
  HostDevice device;
  std::optional<DeviceBuffers> buffers(device);
  uint64_t number;
  void *data;
  ASSERT_FALSE(buffers->make(100, number, data));
  buffers.reset();
  DeviceBuffers::release(number);
  DeviceBuffers::release(0);
}

TEST(DeviceBuffers, SayWhatIsFree) {
  HostDevice device(4096);
  DeviceBuffers buffers(device);
  uint64_t number;
  void *data;
  ASSERT_FALSE(buffers.make(2048, number, data));
  Error error = buffers.make(4096, number, data);
  EXPECT_EQ(error.code, CONORM_ERROR_RESOURCE);
  EXPECT_THAT(error.message,
              testing::HasSubstr("cannot make a buffer of 4096 bytes beside "
                                 "buffers of 2048 bytes: 2048 bytes are free"));
  EXPECT_EQ(buffers.bytesInUse(), 2048u);
  ASSERT_FALSE(buffers.make(2048, number, data));
}
