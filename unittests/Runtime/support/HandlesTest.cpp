//===- HandlesTest.cpp - Handles that are not live ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Alone.h"

#include <atomic>
#include <thread>
#include <vector>

#include <unistd.h>

using namespace conorm::test;
using testing::HasSubstr;

namespace {

//===----------------------------------------------------------------------===//
// Contexts
//===----------------------------------------------------------------------===//

using DestroyedContext = Alone;

TEST_F(DestroyedContext, isAnErrorOfEveryFunction) {
  conorm_context_destroy(context);
  const conorm_status invalid = CONORM_ERROR_INVALID_ARGUMENT;
  conorm_all_reduce_args reduce = allReduceArgs();
  conorm_scatter_gather_args scatter = scatterArgs();
  conorm_rms_norm_args norm = normArgs();
  conorm_all_reduce_rms_norm_args fused = fusedArgs();
  conorm_quantize_args quantize = {};
  quantize.struct_size = sizeof(quantize);
  conorm_size_check check = {};
  check.struct_size = sizeof(check);
  EXPECT_EQ(conorm_all_reduce(context, &reduce), invalid);
  EXPECT_EQ(conorm_reduce_scatter(context, &scatter), invalid);
  EXPECT_EQ(conorm_all_gather(context, &scatter), invalid);
  EXPECT_EQ(conorm_rms_norm(context, &norm), invalid);
  EXPECT_EQ(conorm_quantize(context, &quantize), invalid);
  EXPECT_EQ(conorm_all_reduce_rms_norm(context, &fused), invalid);
  EXPECT_EQ(conorm_expect_size(context, &check, 4, 4), invalid);
  EXPECT_EQ(conorm_context_add_groups(context, &group, 1), invalid);
  EXPECT_EQ(conorm_context_synchronize(context), invalid);
  EXPECT_EQ(conorm_context_status(context), invalid);
  EXPECT_EQ(conorm_context_rank(context), -1);
  EXPECT_EQ(conorm_context_world_size(context), 0);
  EXPECT_THAT(conorm_context_message(context), HasSubstr("is not live"));
  conorm_context_abort(context, "late");
  conorm_context_set_deadline(context, 1);
  conorm_context_set_observer(context, nullptr, nullptr);
  EXPECT_EQ(conorm_module_bind(nullptr, context), invalid);
}

/// The address of a destroyed context is not soon another one's.
TEST_F(DestroyedContext, isNotTheNextOne) {
  conorm_context_destroy(context);
  conorm_bootstrap other = CONORM_BOOTSTRAP_INIT;
  ASSERT_EQ(conorm_bootstrap_threads(1, &other), CONORM_OK);
  {
    ScopedContext next(other);
    ASSERT_NE(next.context, nullptr) << next.message;
    conorm_context_destroy(context);
    EXPECT_EQ(conorm_context_status(next), CONORM_OK);
  }
  conorm_bootstrap_release(&other);
}

TEST_F(DestroyedContext, mayBeDestroyedByManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { conorm_context_destroy(context); });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(conorm_context_status(context), CONORM_ERROR_INVALID_ARGUMENT);
}

/// Calls see the context live or not, and nothing between.
TEST_F(DestroyedContext, mayBeInUse) {
  std::atomic<bool> started{false};
  std::thread user([&] {
    conorm_all_reduce_args args = allReduceArgs();
    conorm_status status = CONORM_OK;
    while (status != CONORM_ERROR_INVALID_ARGUMENT) {
      status = conorm_all_reduce(context, &args);
      started = true;
    }
  });
  while (!started)
    std::this_thread::yield();
  conorm_context_destroy(context);
  user.join();
}

/// One that an observer destroys ends when the call returns.
TEST_F(DestroyedContext, mayBeInItsOwnCall) {
  auto destroy = [](void *, conorm_context *context, uint32_t, uint32_t phase,
                    const void *) {
    if (phase == 0)
      conorm_context_destroy(context);
  };
  conorm_context_set_observer(context, destroy, nullptr);
  conorm_all_reduce_args args = allReduceArgs();
  conorm_all_reduce(context, &args);
  EXPECT_EQ(conorm_context_status(context), CONORM_ERROR_INVALID_ARGUMENT);
}

TEST(ForeignPointer, isNoContext) {
  alignas(64) char memory[1024] = {};
  auto *context = reinterpret_cast<conorm_context *>(memory);
  EXPECT_EQ(conorm_context_status(context), CONORM_ERROR_INVALID_ARGUMENT);
  conorm_context_destroy(context);
  conorm_module_close(reinterpret_cast<conorm_module *>(memory));
  conorm_launch_destroy(reinterpret_cast<conorm_launch *>(memory));
}

//===----------------------------------------------------------------------===//
// Bootstraps and launches
//===----------------------------------------------------------------------===//

TEST(ReleasedBootstrap, isReleasedOnce) {
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  ASSERT_EQ(conorm_bootstrap_threads(1, &bootstrap), CONORM_OK);
  conorm_bootstrap copy = bootstrap;
  conorm_bootstrap_release(&bootstrap);
  conorm_bootstrap_release(&bootstrap);
  EXPECT_EQ(bootstrap.allgather, nullptr);
  char byte = 0;
  EXPECT_NE(copy.allgather(copy.user, &byte, 1, &byte, 100), 0);
  conorm_context_options options = {};
  options.struct_size = sizeof(options);
  options.bootstrap = &copy;
  conorm_context *context = nullptr;
  char message[256];
  EXPECT_EQ(conorm_context_create(&options, &context, message, sizeof(message)),
            CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(message, HasSubstr("bootstrap was released"));
  conorm_bootstrap_release(&copy);
}

TEST(DestroyedLaunch, isAnError) {
  int32_t descriptors[2];
  conorm_launch *launch = nullptr;
  ASSERT_EQ(conorm_launch_create(2, descriptors, &launch), CONORM_OK);
  for (int32_t descriptor : descriptors)
    close(descriptor);
  conorm_launch_destroy(launch);
  conorm_launch_destroy(launch);
  EXPECT_EQ(conorm_launch_serve(launch, nullptr),
            CONORM_ERROR_INVALID_ARGUMENT);
}

} // namespace
