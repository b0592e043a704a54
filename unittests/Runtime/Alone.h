//===- Alone.h - A world of one rank ----------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_ALONE_H
#define CONORM_UNITTESTS_RUNTIME_ALONE_H

#include "RankRunner.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conorm::test {

/// A world of one rank, with its group.
class Alone : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(conorm_bootstrap_threads(1, &bootstrap), CONORM_OK);
    conorm_context_options options = {};
    options.struct_size = sizeof(options);
    options.bootstrap = &bootstrap;
    ASSERT_EQ(conorm_context_create(&options, &context, nullptr, 0), CONORM_OK);
    ASSERT_EQ(conorm_context_add_groups(context, &group, 1), CONORM_OK);
    for (int i = 0; i < 12; ++i)
      input[i] = float(i);
  }
  void TearDown() override {
    conorm_context_destroy(context);
    conorm_bootstrap_release(&bootstrap);
  }

  conorm_all_reduce_args allReduceArgs() {
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = input;
    args.output = output;
    args.count = 12;
    return args;
  }
  conorm_scatter_gather_args scatterArgs() {
    conorm_scatter_gather_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = input;
    args.output = output;
    args.outer = 1;
    args.dim = 3;
    args.inner = 4;
    return args;
  }
  conorm_rms_norm_args normArgs() {
    conorm_rms_norm_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.input = input;
    args.normed = output;
    args.rows = 3;
    args.cols = 4;
    args.norm.epsilon = 1e-6f;
    return args;
  }
  conorm_all_reduce_rms_norm_args fusedArgs() {
    conorm_all_reduce_rms_norm_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = input;
    args.residual = residual;
    args.residual_out = sum;
    args.normed = output;
    args.rows = 3;
    args.cols = 4;
    args.norm.epsilon = 1e-6f;
    return args;
  }
  /// Status of a failed call, whose message has `text`; and the call after it
  /// is refused.
  void expectSticky(conorm_status status, conorm_status expected,
                    const char *text) {
    EXPECT_EQ(status, expected);
    EXPECT_EQ(conorm_context_status(context), expected);
    EXPECT_THAT(conorm_context_message(context), testing::HasSubstr(text));
    conorm_all_reduce_args good = allReduceArgs();
    EXPECT_EQ(conorm_all_reduce(context, &good), CONORM_ERROR_ABORTED);
    EXPECT_EQ(conorm_context_status(context), expected);
  }

  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  conorm_context *context = nullptr;
  conorm_group group = worldGroup();
  float input[12], output[12], residual[12] = {}, sum[12];
};

} // namespace conorm::test

#endif // CONORM_UNITTESTS_RUNTIME_ALONE_H
