//===- ArgumentsTest.cpp - Bad arguments of operations --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Alone.h"

#include <limits>

using namespace conorm::test;
using testing::HasSubstr;

namespace {

struct BadArguments : Alone {
  template <typename Args, typename Call>
  void expectInvalid(Call call, Args args, const char *text,
                     conorm_status status = CONORM_ERROR_INVALID_ARGUMENT) {
    EXPECT_EQ(call(context, &args), status);
    EXPECT_THAT(conorm_context_message(context), HasSubstr(text));
    TearDown();
    SetUp();
  }
};

TEST_F(BadArguments, ofAllReduce) {
  auto bad = [&](auto change, const char *text,
                 conorm_status status = CONORM_ERROR_INVALID_ARGUMENT) {
    conorm_all_reduce_args args = allReduceArgs();
    change(args);
    expectInvalid(conorm_all_reduce, args, text, status);
  };
  bad([](auto &a) { a.group = nullptr; },
      "comm.all_reduce at unknown: group is null");
  bad([](auto &a) { a.element_type = CONORM_TYPE_F64; },
      "element_type is 8 (f64), expected f32, f16 or bf16");
  bad([](auto &a) { a.reduction = 4; }, "reduction is 4, expected 0 to 3");
  bad([](auto &a) { a.strategy = 5; }, "strategy is 5, expected 0 to 4");
  bad([](auto &a) { a.strategy = CONORM_STRATEGY_MULTIMEM; },
      "asked for multimem", CONORM_ERROR_UNSUPPORTED);
  bad([](auto &a) { a.strategy = CONORM_STRATEGY_NCCL; },
      "the cpu backend has the strategies auto, one_shot and two_shot, asked "
      "for nccl",
      CONORM_ERROR_UNSUPPORTED);
  bad([](auto &a) { a.numerics = 2; }, "numerics is 2, expected 0 to 1");
  bad([](auto &a) { a.count = -1; }, "count is -1, expected at least 0");
  bad([](auto &a) { a.count = std::numeric_limits<int64_t>::max() / 2; },
      "the buffers' sizes in bytes do not fit 64 bits");
  bad([](auto &a) { a.input = nullptr; }, "input is null");
  bad([](auto &a) { a.output = nullptr; }, "output is null");
  bad([&](auto &a) { a.output = input + 1; },
      "output overlaps input in part, expected the same buffer or a disjoint "
      "one");
}

TEST_F(BadArguments, mayBeNullWithoutElements) {
  conorm_all_reduce_args args = allReduceArgs();
  args.count = 0;
  args.input = args.output = nullptr;
  EXPECT_EQ(conorm_all_reduce(context, &args), CONORM_OK);
}

TEST_F(BadArguments, ofScatterAndGather) {
  auto bad = [&](auto change, const char *text) {
    conorm_scatter_gather_args args = scatterArgs();
    change(args);
    expectInvalid(conorm_all_gather, args, text);
    args = scatterArgs();
    change(args);
    expectInvalid(conorm_reduce_scatter, args, text);
  };
  bad([](auto &a) { a.outer = -2; }, "outer is -2, expected at least 0");
  bad([](auto &a) { a.dim = -2; }, "dim is -2, expected at least 0");
  bad([](auto &a) { a.inner = -2; }, "inner is -2, expected at least 0");
  bad([](auto &a) { a.input = nullptr; }, "input is null");
  bad([](auto &a) { a.output = nullptr; }, "output is null");
  bad([](auto &a) { a.outer = a.dim = a.inner = int64_t(1) << 30; },
      "the buffers' sizes in bytes do not fit 64 bits");
  conorm_scatter_gather_args args = scatterArgs();
  args.reduction = 9;
  expectInvalid(conorm_reduce_scatter, args, "reduction is 9, expected 0 to 3");
  // An all_gather does not look at it.
  EXPECT_EQ(conorm_all_gather(context, &args), CONORM_OK);
}

TEST_F(BadArguments, ofNorms) {
  auto bad = [&](auto change, const char *text) {
    conorm_rms_norm_args args = normArgs();
    change(args);
    expectInvalid(conorm_rms_norm, args, text);
  };
  bad([](auto &a) { a.rows = -1; },
      "norm.rms_norm at unknown: rows is -1, expected at least 0");
  bad([](auto &a) { a.input_group_rows = 2, a.input_group_stride = 8; },
      "input_group_rows is 2 and input_group_stride is 8, expected a divisor "
      "of the 3 rows, and at least the elements of a group");
  bad([](auto &a) { a.input_group_rows = 1, a.input_group_stride = 3; },
      "input_group_rows is 1 and input_group_stride is 3, expected");
  bad([](auto &a) { a.input_group_stride = 4; },
      "input_group_rows is 0 and input_group_stride is 4, expected");
  bad(
      [](auto &a) {
        a.input_group_rows = 1;
        a.input_group_stride = int64_t(1) << 61;
      },
      "expected an input below 2^63 bytes");
  bad([](auto &a) { a.cols = -1; }, "cols is -1, expected at least 0");
  bad([](auto &a) { a.norm.rounding = 4; },
      "norm.rounding is 4, expected 0 to 3");
  bad([](auto &a) { a.norm.weight_type = CONORM_TYPE_BF16; },
      "norm.weight_type is 3 (bf16), expected none or f32");
  bad([](auto &a) { a.norm.weight_type = CONORM_TYPE_F32; },
      "norm.weight is null but norm.weight_type is f32");
  bad([&](auto &a) { a.norm.weight = residual; },
      "norm.weight is set but norm.weight_type is none");
  bad([&](auto &a) { a.residual_out = sum; },
      "residual_out is set but residual is null");
  bad([](auto &a) { a.normed = nullptr; }, "normed is null");
  bad(
      [&](auto &a) {
        a.residual = residual;
        a.residual_out = sum;
        a.normed = sum;
      },
      "norm.add_rms_norm at unknown: normed overlaps residual_out");
}

TEST_F(BadArguments, ofTheFusedOperation) {
  auto bad = [&](auto change, const char *text,
                 conorm_status status = CONORM_ERROR_INVALID_ARGUMENT) {
    conorm_all_reduce_rms_norm_args args = fusedArgs();
    change(args);
    expectInvalid(conorm_all_reduce_rms_norm, args, text, status);
  };
  bad([](auto &a) { a.replicated = 2; }, "replicated is 2, expected 0 to 1");
  bad([](auto &a) { a.residual = nullptr; },
      "residual_out is set but residual is null");
  bad(
      [](auto &a) {
        a.residual = nullptr;
        a.residual_out = nullptr;
        a.has_post_norm = 1;
      },
      "has_post_norm is set but residual is null");
  bad([](auto &a) { a.normed = a.residual_out = nullptr; },
      "reduced, residual_out, normed and quantized are all null, expected at "
      "least one output");
  bad([&](auto &a) { a.quantized = input; },
      "quantized is set but quant.scheme is none");
  bad([&](auto &a) { a.scales = input; },
      "scales is set but quant.scheme is none");
  bad([&](auto &a) { a.scale = input; },
      "scale is set but quant.scheme is none");
  bad([](auto &a) { a.quant.scheme = 6; },
      "quant.scheme is 6, expected 0 to 5");
  bad(
      [](auto &a) {
        a.has_post_norm = 1;
        a.post_norm.rounding = 4;
      },
      "post_norm.rounding is 4, expected 0 to 3");
  bad([&](auto &a) { a.normed = sum + 2; }, "normed overlaps residual_out");
  bad([&](auto &a) { a.residual_out = residual + 2; },
      "residual_out overlaps residual in part");
  bad(
      [&](auto &a) {
        a.norm.weight_type = CONORM_TYPE_F32;
        a.norm.weight = sum;
      },
      "residual_out overlaps weight");
}

TEST_F(BadArguments, ofQuantize) {
  conorm_quantize_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.input = input;
  args.quantized = output;
  args.rows = 3;
  args.cols = 4;
  expectInvalid(conorm_quantize, args,
                "norm.quantize at unknown: quant.scheme is none, expected a "
                "scheme");
}

} // namespace
