//===- QuantizeErrorsTest.cpp - Refused quantizations ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each way in which a conorm_quant, its buffers and the shape may not fit, in
// conorm_quantize and in the fused operation alike.
//
//===----------------------------------------------------------------------===//

#include "QuantizeTestUtils.h"
#include "RankRunner.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <functional>
#include <limits>

using namespace conorm::test;
using testing::HasSubstr;

namespace {

/// What both operations have in common.
struct QuantArgs {
  conorm_quant quant = {};
  const void *input = nullptr;
  const void *scale = nullptr;
  void *quantized = nullptr;
  void *scales = nullptr;
  int64_t rows = 4, cols = 64;
};
using Change = std::function<void(QuantArgs &)>;

class QuantizeErrors : public testing::Test {
protected:
  QuantArgs argsOf(const Scheme &scheme) {
    QuantArgs args;
    args.quant = scheme.quant;
    args.cols = 64 / scheme.block * scheme.block;
    if (args.cols == 0)
      args.cols = scheme.block;
    args.input = input;
    args.scale = readsScale(scheme.quant) ? &scale : nullptr;
    args.quantized = codes;
    args.scales =
        scheme.quant.scheme == CONORM_QUANT_PER_TENSOR ? nullptr : scales;
    return args;
  }

  /// Outcome of a call in a world of its own.
  std::string quantize(const QuantArgs &from) {
    conorm_quantize_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.input = from.input;
    args.scale = from.scale;
    args.quantized = from.quantized;
    args.scales = from.scales;
    args.rows = from.rows;
    args.cols = from.cols;
    args.quant = from.quant;
    return outcomeOf([&](conorm_context *context, const conorm_group &) {
      conorm_quantize(context, &args);
    });
  }
  std::string fused(const QuantArgs &from, void *normed) {
    conorm_all_reduce_rms_norm_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.input = from.input;
    args.normed = normed;
    args.scale = from.scale;
    args.quantized = from.quantized;
    args.scales = from.scales;
    args.rows = from.rows;
    args.cols = from.cols;
    args.quant = from.quant;
    return outcomeOf([&](conorm_context *context, const conorm_group &group) {
      args.group = &group;
      conorm_all_reduce_rms_norm(context, &args);
    });
  }

  /// Expects `text` from both operations after `change` to valid arguments, and
  /// success without it.
  void expectRefused(const char *scheme, const Change &change,
                     const std::string &text) {
    SCOPED_TRACE(text);
    QuantArgs args = argsOf(schemeNamed(scheme));
    EXPECT_EQ(quantize(args), "");
    EXPECT_EQ(fused(args, nullptr), "");
    change(args);
    EXPECT_EQ(quantize(args),
              "invalid argument: norm.quantize at unknown: " + text);
    EXPECT_EQ(fused(args, nullptr),
              "invalid argument: comm.all_reduce_rms_norm at unknown: " + text);
  }

  static Scheme schemeNamed(const std::string &name) {
    for (const Scheme &scheme : allSchemes())
      if (scheme.name == name)
        return scheme;
    ADD_FAILURE() << "no scheme " << name;
    return {};
  }

  template <typename Call>
  std::string outcomeOf(Call call) {
    conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
    EXPECT_EQ(conorm_bootstrap_threads(1, &bootstrap), CONORM_OK);
    std::string outcome;
    {
      ScopedContext context(bootstrap);
      conorm_group group = worldGroup();
      conorm_context_add_groups(context, &group, 1);
      call(context.context, group);
      outcome = describe(context);
    }
    conorm_bootstrap_release(&bootstrap);
    return outcome;
  }

  float input[1024] = {}, normed[1024] = {}, scale = 1;
  uint8_t codes[1024] = {}, scales[4096] = {};
};

TEST_F(QuantizeErrors, enumerators) {
  expectRefused(
      "PerToken", [](auto &a) { a.quant.scheme = 6; },
      "quant.scheme is 6, expected 0 to 5");
  expectRefused(
      "PerToken", [](auto &a) { a.quant.scale_layout = 3; },
      "quant.scale_layout is 3, expected 0 to 2");
  expectRefused(
      "PerToken", [](auto &a) { a.quant.scale_mode = 2; },
      "quant.scale_mode is 2, expected 0 to 1");
}

TEST_F(QuantizeErrors, quantizedTypes) {
  auto type = [](uint32_t type) {
    return [type](QuantArgs &a) { a.quant.quantized_type = type; };
  };
  expectRefused("PerTensorE4M3Divide", type(CONORM_TYPE_F8E8M0FNU),
                "quant.quantized_type is 6 (f8E8M0FNU), expected f8E4M3FN or "
                "f8E5M2 with scheme per_tensor");
  expectRefused("PerToken", type(CONORM_TYPE_F8E5M2),
                "quant.quantized_type is 5 (f8E5M2), expected f8E4M3FN with "
                "scheme per_token");
  expectRefused("PerGroup7", type(CONORM_TYPE_F8E5M2),
                "quant.quantized_type is 5 (f8E5M2), expected f8E4M3FN with "
                "scheme per_group");
  expectRefused(
      "NVFP4", type(CONORM_TYPE_I8),
      "quant.quantized_type is 10 (i8), expected f4E2M1FN with scheme "
      "nvfp4");
  expectRefused("MXFP8", type(99),
                "quant.quantized_type is 99 (invalid), expected f8E4M3FN with "
                "scheme mxfp8");
}

TEST_F(QuantizeErrors, scaleTypes) {
  auto type = [](uint32_t type) {
    return [type](QuantArgs &a) { a.quant.scale_type = type; };
  };
  expectRefused("PerTensorE5M2Divide", type(CONORM_TYPE_F16),
                "quant.scale_type is 2 (f16), expected f32 or none with scheme "
                "per_tensor");
  expectRefused("PerToken", type(CONORM_TYPE_F8E8M0FNU),
                "quant.scale_type is 6 (f8E8M0FNU), expected f32 with scheme "
                "per_token");
  expectRefused("PerGroup7", type(CONORM_TYPE_F8E4M3FN),
                "quant.scale_type is 4 (f8E4M3FN), expected f32 or f8E8M0FNU "
                "with scheme per_group");
  expectRefused("PerGroup32Packed", type(CONORM_TYPE_I32),
                "quant.scale_type is 12 (i32), expected f8E8M0FNU with scheme "
                "per_group");
  expectRefused("PerGroup32Packed", type(CONORM_TYPE_F32),
                "quant.scale_type is 1 (f32), expected f8E8M0FNU with scheme "
                "per_group");
  expectRefused("NVFP4", type(CONORM_TYPE_F32),
                "quant.scale_type is 1 (f32), expected f8E4M3FN with scheme "
                "nvfp4");
  expectRefused("MXFP8", type(CONORM_TYPE_NONE),
                "quant.scale_type is 0 (none), expected f8E8M0FNU with scheme "
                "mxfp8");
}

TEST_F(QuantizeErrors, layouts) {
  auto layout = [](uint32_t layout) {
    return [layout](QuantArgs &a) { a.quant.scale_layout = layout; };
  };
  expectRefused("PerTensorE4M3Multiply",
                layout(CONORM_SCALE_LAYOUT_SWIZZLED_128X4),
                "quant.scale_layout is swizzled_128x4, expected linear with "
                "scheme per_tensor");
  expectRefused("PerToken", layout(CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR),
                "quant.scale_layout is packed_column_major, expected linear "
                "with scheme per_token");
  expectRefused("PerGroup64E8M0", layout(CONORM_SCALE_LAYOUT_SWIZZLED_128X4),
                "quant.scale_layout is swizzled_128x4, expected linear or "
                "packed_column_major with scheme per_group");
  expectRefused("NVFP4", layout(CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR),
                "quant.scale_layout is packed_column_major, expected linear or "
                "swizzled_128x4 with scheme nvfp4");
  expectRefused("MXFP8", layout(CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR),
                "quant.scale_layout is packed_column_major, expected linear or "
                "swizzled_128x4 with scheme mxfp8");
}

TEST_F(QuantizeErrors, modes) {
  for (const Scheme &scheme : allSchemes())
    if (scheme.quant.scheme == CONORM_QUANT_NVFP4)
      expectRefused(
          scheme.name,
          [](auto &a) { a.quant.scale_mode = CONORM_SCALE_MODE_DIVIDE; },
          "quant.scale_mode is divide, expected multiply_reciprocal "
          "with scheme nvfp4");
}

TEST_F(QuantizeErrors, groupSizes) {
  auto size = [](uint32_t size) {
    return [size](QuantArgs &a) { a.quant.group_size = size; };
  };
  expectRefused("PerGroup7", size(0),
                "quant.group_size is 0, expected at least 1 with scheme "
                "per_group");
  expectRefused("PerToken", size(64),
                "quant.group_size is 64, expected 0 with scheme per_token");
  expectRefused("PerTensorE4M3Divide", size(1),
                "quant.group_size is 1, expected 0 with scheme per_tensor");
  expectRefused("NVFP4", size(32),
                "quant.group_size is 32, expected 0 or 16 with scheme nvfp4");
  expectRefused("MXFP8", size(16),
                "quant.group_size is 16, expected 0 or 32 with scheme mxfp8");
}

TEST_F(QuantizeErrors, columns) {
  auto cols = [](int64_t cols) {
    return [cols](QuantArgs &a) { a.cols = cols; };
  };
  expectRefused("PerGroup7", cols(62),
                "cols is 62, expected a multiple of 7 with scheme per_group");
  expectRefused("NVFP4", cols(40),
                "cols is 40, expected a multiple of 16 with scheme nvfp4");
  expectRefused("MXFP8Swizzled", cols(48),
                "cols is 48, expected a multiple of 32 with scheme mxfp8");
}

TEST_F(QuantizeErrors, givenScales) {
  expectRefused(
      "PerTensorE4M3Multiply", [](auto &a) { a.scale = nullptr; },
      "scale is null, expected one f32 with scheme per_tensor");
  expectRefused(
      "NVFP4", [](auto &a) { a.scale = nullptr; },
      "scale is null, expected one f32 with scheme nvfp4");
  expectRefused(
      "MXFP8", [&](auto &a) { a.scale = &scale; },
      "scale is set, expected null with scheme mxfp8");
}

TEST_F(QuantizeErrors, presentOutputs) {
  expectRefused(
      "PerTensorE4M3Multiply", [&](auto &a) { a.scales = scales; },
      "scales is set, expected null with scheme per_tensor");
  expectRefused(
      "PerTensorE4M3Divide", [](auto &a) { a.quantized = nullptr; },
      "quantized and scales are null, expected at least one of them "
      "with scheme per_tensor");
  // With another output too: a scheme without a result is a mistake.
  QuantArgs args = argsOf(schemeNamed("PerToken"));
  args.quantized = args.scales = nullptr;
  EXPECT_THAT(fused(args, normed),
              HasSubstr("quantized and scales are null, expected at least one "
                        "of them with scheme per_token"));
}

TEST_F(QuantizeErrors, inputs) {
  expectRefused(
      "PerToken", [](auto &a) { a.input = nullptr; }, "input is null");
  expectRefused(
      "PerToken", [](auto &a) { a.rows = -1; },
      "rows is -1, expected at least 0");
  expectRefused(
      "PerToken", [](auto &a) { a.cols = -5; },
      "cols is -5, expected at least 0");
}

TEST_F(QuantizeErrors, sizes) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  expectRefused(
      "PerToken", [&](auto &a) { a.rows = most / 64; },
      "the buffers' sizes in bytes do not fit 64 bits");
  // No elements, but a scale for each row.
  expectRefused(
      "PerToken",
      [&](auto &a) {
        a.cols = 0;
        a.rows = most / 2;
      },
      "the buffers' sizes in bytes do not fit 64 bits");
}

TEST_F(QuantizeErrors, overlaps) {
  expectRefused(
      "PerToken", [&](auto &a) { a.quantized = input; },
      "quantized overlaps input");
  expectRefused(
      "PerToken", [&](auto &a) { a.scales = input + 10; },
      "scales overlaps input");
  expectRefused(
      "PerToken", [&](auto &a) { a.scales = codes + 8; },
      "scales overlaps quantized");
  expectRefused(
      "NVFP4", [&](auto &a) { a.quantized = &scale; },
      "quantized overlaps scale");
  expectRefused(
      "PerTensorE4M3Divide", [&](auto &a) { a.quantized = &scale; },
      "quantized overlaps scale");
  // As many bytes as the input has are no reason to share them.
  expectRefused(
      "PerToken",
      [&](auto &a) {
        a.cols = 1;
        a.scales = input;
      },
      "scales overlaps input");
  QuantArgs args = argsOf(schemeNamed("PerToken"));
  EXPECT_THAT(fused(args, codes), HasSubstr("quantized overlaps normed"));
}

/// What is implied may be spelt out, and padding needs no buffer of its own.
TEST_F(QuantizeErrors, acceptedForms) {
  QuantArgs args = argsOf(schemeNamed("NVFP4"));
  for (uint32_t size : {0, 16}) {
    args.quant.group_size = size;
    EXPECT_EQ(quantize(args), "");
    EXPECT_EQ(fused(args, nullptr), "");
  }
  args = argsOf(schemeNamed("MXFP8"));
  args.quant.group_size = 32;
  EXPECT_EQ(quantize(args), "");
  args = argsOf(schemeNamed("PerTensorE4M3Divide"));
  args.quant.scale_type = CONORM_TYPE_NONE;
  EXPECT_EQ(quantize(args), "");
  args = argsOf(schemeNamed("MXFP8Swizzled"));
  args.rows = 0;
  args.input = args.quantized = args.scales = nullptr;
  EXPECT_EQ(quantize(args), "");
  EXPECT_EQ(fused(args, nullptr), "");
}

} // namespace
