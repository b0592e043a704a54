//===- DeviceArgumentsTest.cpp - Bad arguments of code on a device --------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Arguments are checked before the backend gets them: the cpu backend carries
// none of these out, and says so of good ones.
//
//===----------------------------------------------------------------------===//

#include "Alone.h"

#include "conorm-runtime/device.h"

#include <limits>

using namespace conorm::test;
using testing::HasSubstr;

namespace {

struct DeviceArguments : Alone {
  template <typename Args, typename Call>
  void expectError(Call call, const Args &args, const char *text,
                   conorm_status status) {
    EXPECT_EQ(call(context, &args), status) << text;
    EXPECT_THAT(conorm_context_message(context), HasSubstr(text));
    TearDown();
    SetUp();
  }
  template <typename Args, typename Call>
  void expectGood(Call call, const Args &args) {
    expectError(call, args, "cpu", CONORM_ERROR_UNSUPPORTED);
  }

  conorm_matmul_args matmulArgs(uint32_t type = CONORM_TYPE_F32) {
    conorm_matmul_args args = {};
    args.struct_size = sizeof(args);
    args.lhs_type = args.rhs_type = type;
    args.output_type = CONORM_TYPE_F32;
    args.lhs = input;
    args.rhs = residual;
    args.output = output;
    args.batch = 1;
    args.m = 2;
    args.n = args.k = 16;
    args.lhs_row_stride = args.rhs_row_stride = args.output_row_stride = 16;
    args.init_row_stride = 16;
    args.rhs_transposed = 1;
    return args;
  }
  conorm_device_program program = {};
};

TEST_F(DeviceArguments, ofLaunchKernel) {
  auto make = [&] {
    conorm_launch_kernel_args args = {};
    args.struct_size = sizeof(args);
    args.program = &program;
    args.grid_x = args.grid_y = args.grid_z = 1;
    args.block_x = args.block_y = args.block_z = 1;
    return args;
  };
  auto bad = [&](auto change, const char *text) {
    conorm_launch_kernel_args args = make();
    change(args);
    expectError(conorm_launch_kernel, args, text,
                CONORM_ERROR_INVALID_ARGUMENT);
  };
  bad([](auto &a) { a.program = nullptr; },
      "launch_kernel at unknown: program is null");
  bad([](auto &a) { a.grid_x = -1; }, "grid_x is -1, expected at least 0");
  bad([](auto &a) { a.grid_y = -2; }, "grid_y is -2, expected at least 0");
  bad([](auto &a) { a.grid_z = -3; }, "grid_z is -3, expected at least 0");
  bad([](auto &a) { a.block_x = 0; }, "block_x is 0, expected at least 1");
  bad([](auto &a) { a.block_y = 0; }, "block_y is 0, expected at least 1");
  bad([](auto &a) { a.block_z = 0; }, "block_z is 0, expected at least 1");
  expectGood(conorm_launch_kernel, make());
}

TEST_F(DeviceArguments, ofCopy) {
  auto make = [&] {
    conorm_copy_args args = {};
    args.struct_size = sizeof(args);
    args.input = input;
    args.output = output;
    args.bytes = sizeof(input);
    return args;
  };
  auto bad = [&](auto change, const char *text) {
    conorm_copy_args args = make();
    change(args);
    expectError(conorm_copy, args, text, CONORM_ERROR_INVALID_ARGUMENT);
  };
  bad([](auto &a) { a.bytes = -1; },
      "copy at unknown: bytes is -1, expected at least 0");
  bad([](auto &a) { a.input = nullptr; }, "input is null");
  bad([](auto &a) { a.output = nullptr; }, "output is null");
  bad([&](auto &a) { a.output = input; },
      "output overlaps input, expected disjoint buffers");
  bad([&](auto &a) { a.output = input + 11; },
      "output overlaps input, expected disjoint buffers");
  bad([&](auto &a) { a.input = output + 11; },
      "output overlaps input, expected disjoint buffers");
  expectGood(conorm_copy, make());
  conorm_copy_args next = make();
  next.bytes = 16;
  next.output = input + 4;
  expectGood(conorm_copy, next);
  conorm_copy_args nothing = {};
  nothing.struct_size = sizeof(nothing);
  expectGood(conorm_copy, nothing);
}

TEST_F(DeviceArguments, ofMatmul) {
  auto bad = [&](auto change, const char *text) {
    conorm_matmul_args args = matmulArgs();
    change(args);
    expectError(conorm_matmul, args, text, CONORM_ERROR_INVALID_ARGUMENT);
  };
  bad([](auto &a) { a.lhs_transposed = 2; },
      "blas.matmul at unknown: lhs_transposed is 2, expected 0 to 1");
  bad([](auto &a) { a.rhs_transposed = 2; },
      "rhs_transposed is 2, expected 0 to 1");
  bad([](auto &a) { a.batch = -1; }, "batch is -1, expected at least 0");
  bad([](auto &a) { a.m = -1; }, "m is -1, expected at least 0");
  bad([](auto &a) { a.n = -1; }, "n is -1, expected at least 0");
  bad([](auto &a) { a.k = -1; }, "k is -1, expected at least 0");
  bad([](auto &a) { a.lhs_batch_stride = -1; },
      "lhs_batch_stride is -1, expected at least 0");
  bad([](auto &a) { a.rhs_batch_stride = -1; },
      "rhs_batch_stride is -1, expected at least 0");
  bad([](auto &a) { a.init_batch_stride = -1; },
      "init_batch_stride is -1, expected at least 0");
  bad([](auto &a) { a.output_batch_stride = -1; },
      "output_batch_stride is -1, expected at least 0");
  bad([](auto &a) { a.lhs_row_stride = 15; },
      "lhs_row_stride is 15, expected at least 16");
  bad(
      [](auto &a) {
        a.lhs_transposed = 1;
        a.lhs_row_stride = 1;
      },
      "lhs_row_stride is 1, expected at least 2");
  bad([](auto &a) { a.rhs_row_stride = 15; },
      "rhs_row_stride is 15, expected at least 16");
  bad(
      [](auto &a) {
        a.rhs_transposed = 0;
        a.n = 17;
      },
      "rhs_row_stride is 16, expected at least 17");
  bad([](auto &a) { a.output_row_stride = 15; },
      "output_row_stride is 15, expected at least 16");
  bad(
      [](auto &a) {
        a.init = a.output;
        a.init_row_stride = 15;
      },
      "init_row_stride is 15, expected at least 16");
  bad([](auto &a) { a.m = std::numeric_limits<int64_t>::max() / 16; },
      "the buffers' sizes in bytes do not fit 64 bits");
  bad(
      [](auto &a) {
        a.batch = 4;
        a.rhs_batch_stride = std::numeric_limits<int64_t>::max() / 8;
      },
      "the buffers' sizes in bytes do not fit 64 bits");
  bad([](auto &a) { a.lhs_scale_kind = 3; },
      "lhs_scale_kind is 3, expected 0 to 2");
  bad([](auto &a) { a.rhs_scale_kind = 3; },
      "rhs_scale_kind is 3, expected 0 to 2");
  bad([](auto &a) { a.lhs = nullptr; }, "lhs is null");
  bad([](auto &a) { a.rhs = nullptr; }, "rhs is null");
  bad([](auto &a) { a.output = nullptr; }, "output is null");
  expectGood(conorm_matmul, matmulArgs());
}

/// Without elements there need be no memory, and without k no operands.
TEST_F(DeviceArguments, ofMatmulMayBeNull) {
  for (int64_t conorm_matmul_args::*size :
       {&conorm_matmul_args::batch, &conorm_matmul_args::m,
        &conorm_matmul_args::n}) {
    conorm_matmul_args args = matmulArgs();
    args.lhs = args.rhs = nullptr;
    args.output = nullptr;
    args.*size = 0;
    expectGood(conorm_matmul, args);
  }
  conorm_matmul_args args = matmulArgs();
  args.lhs = args.rhs = nullptr;
  args.k = 0;
  expectGood(conorm_matmul, args);
}

TEST_F(DeviceArguments, ofMatmulHaveTypes) {
  auto expect = [&](uint32_t lhs, uint32_t rhs, uint32_t out, bool isGood) {
    conorm_matmul_args args = matmulArgs();
    args.lhs_type = lhs;
    args.rhs_type = rhs;
    args.output_type = out;
    if (isGood)
      expectGood(conorm_matmul, args);
    else
      expectError(
          conorm_matmul, args,
          "expected operands of one type of f32, f16 and bf16 with an "
          "output of that type or f32, or operands of f8E4M3FN and at "
          "most one of f8E5M2 with an output of bf16, f16 or f32; found",
          CONORM_ERROR_UNSUPPORTED);
  };
  constexpr uint32_t f32 = CONORM_TYPE_F32, f16 = CONORM_TYPE_F16,
                     bf16 = CONORM_TYPE_BF16, e4m3 = CONORM_TYPE_F8E4M3FN,
                     e5m2 = CONORM_TYPE_F8E5M2;
  for (uint32_t lhs = 0; lhs <= CONORM_TYPE_INDEX; ++lhs)
    for (uint32_t rhs : {f32, f16, bf16, e4m3, e5m2, lhs})
      for (uint32_t out : {f32, f16, bf16, e4m3, lhs}) {
        bool isF8 = (lhs == e4m3 && (rhs == e4m3 || rhs == e5m2)) ||
                    (lhs == e5m2 && rhs == e4m3);
        bool isWide = lhs == rhs && (lhs == f32 || lhs == f16 || lhs == bf16);
        expect(lhs, rhs, out,
               (isF8 && (out == f32 || out == f16 || out == bf16)) ||
                   (isWide && (out == lhs || out == f32)));
      }
}

TEST_F(DeviceArguments, ofMatmulOfEightBits) {
  auto bad = [&](auto change, const char *text,
                 conorm_status status = CONORM_ERROR_UNSUPPORTED) {
    conorm_matmul_args args = matmulArgs(CONORM_TYPE_F8E4M3FN);
    change(args);
    expectError(conorm_matmul, args, text, status);
  };
  bad([](auto &a) { a.lhs_transposed = 1; },
      "expected operands of 8 bits as [m, k] and [n, k] with n and k multiples "
      "of 16, found [k, m], [n, k], n = 16 and k = 16");
  bad([](auto &a) { a.rhs_transposed = 0; },
      "found [m, k], [k, n], n = 16 and k = 16");
  bad([](auto &a) { a.k = 8; }, "found [m, k], [n, k], n = 16 and k = 8");
  bad([](auto &a) { a.n = 8; }, "found [m, k], [n, k], n = 8 and k = 16");
  bad(
      [](auto &a) {
        a.output_type = CONORM_TYPE_BF16;
        a.init = a.output;
      },
      "expected an output of f32 with init and operands of 8 bits, found bf16");
  bad([](auto &a) { a.lhs_row_stride = 24; },
      "lhs_row_stride is 24, expected a multiple of 16 with operands of 8 "
      "bits");
  bad([](auto &a) { a.rhs_row_stride = 24; }, "rhs_row_stride is 24");
  bad([](auto &a) { a.lhs_batch_stride = 33; }, "lhs_batch_stride is 33");
  bad([](auto &a) { a.rhs_batch_stride = 33; }, "rhs_batch_stride is 33");
  bad([](auto &a) { a.lhs_scale_kind = CONORM_MATMUL_SCALE_SCALAR; },
      "lhs_scale is null", CONORM_ERROR_INVALID_ARGUMENT);
  bad([](auto &a) { a.rhs_scale_kind = CONORM_MATMUL_SCALE_VECTOR; },
      "rhs_scale is null", CONORM_ERROR_INVALID_ARGUMENT);
  conorm_matmul_args args = matmulArgs(CONORM_TYPE_F8E4M3FN);
  args.lhs_scale_kind = CONORM_MATMUL_SCALE_VECTOR;
  args.lhs_scale = sum;
  args.rhs_scale_kind = CONORM_MATMUL_SCALE_SCALAR;
  args.rhs_scale = sum;
  expectGood(conorm_matmul, args);
}

TEST_F(DeviceArguments, ofMatmulHaveNoOtherScales) {
  conorm_matmul_args args = matmulArgs(CONORM_TYPE_BF16);
  args.lhs_scale_kind = CONORM_MATMUL_SCALE_SCALAR;
  args.lhs_scale = sum;
  expectError(conorm_matmul, args,
              "lhs_scale scales bf16, expected operands of 8 bits",
              CONORM_ERROR_UNSUPPORTED);
  args = matmulArgs();
  args.rhs_scale_kind = CONORM_MATMUL_SCALE_VECTOR;
  args.rhs_scale = sum;
  expectError(conorm_matmul, args,
              "rhs_scale scales f32, expected operands of 8 bits",
              CONORM_ERROR_UNSUPPORTED);
}

} // namespace
