//===- QuantizeOpsTest.cpp - Quantizing operations on every world ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// conorm_quantize, and comm.all_reduce_rms_norm with a quantization: each
// result against the transcription of the contract, and against the same
// operations one by one.
//
//===----------------------------------------------------------------------===//

#include "QuantizeTestUtils.h"
#include "RankRunner.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <random>

using namespace conorm::test;
using conorm::reference::Norm;
using conorm::reference::Values;
namespace reference = conorm::reference;

namespace {

const uint32_t elementTypes[] = {CONORM_TYPE_F32, CONORM_TYPE_F16,
                                 CONORM_TYPE_BF16};

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

/// Numbers near 1 and, from time to time, what quantization treats specially.
Values randomValues(uint32_t type, int64_t count, unsigned seed,
                    int64_t oneSpecialIn) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float special[] = {0.0f,      -0.0f,        1e4f,      -1e4f,
                           0x1p-20f,  1e-38f,       -0x1p-24f, infinity,
                           -infinity, std::nanf("")};
  std::minstd_rand random(seed + 1);
  Values values(count);
  for (float &x : values) {
    x = float(random()) * 0x1p-29f - 2.0f;
    if (random() % oneSpecialIn == 0)
      x = special[random() % 10];
    x = reference::round(type, x);
  }
  return values;
}

/// A tensor of T with poison where nothing was written.
class Tensor {
public:
  Tensor(uint32_t type, int64_t count)
      : type(type), count(count), bytes(conorm_type_bytes(type, count)) {}
  Tensor(uint32_t type, const Values &values)
      : Tensor(type, int64_t(values.size())) {
    reference::storeAll(type, data(), values);
  }
  void *data() { return bytes.data(); }
  std::string differsFrom(const Values &expected) const {
    if (int64_t(expected.size()) != count)
      return "has another size";
    for (int64_t i = 0; i < count; ++i) {
      float found = reference::load(type, bytes.data(), i);
      if (!reference::same(found, expected[i]))
        return "[" + std::to_string(i) + "]: expected " +
               std::to_string(expected[i]) + ", found " + std::to_string(found);
    }
    return bytes.guardsIntact() ? "" : "written past the end";
  }

private:
  uint32_t type;
  int64_t count;
  Bytes bytes;
};

enum class Addend { None, Residual, Sandwich };

/// One call of the fused operation.
struct Case {
  Scheme scheme;
  uint32_t type, strategy;
  int64_t rows, cols;
  Addend addend;
  float bias;
  uint32_t rounding;
  bool reduced, residualOut, normed, quantized, scales;
  /// Whether all ranks have the same residual, and say so.
  bool replicated;

  std::string name() const {
    auto part = [](bool present, const char *name) {
      return std::string(present ? " " : "") + (present ? name : "");
    };
    const char *addends[] = {"", " residual", " sandwich"};
    return std::string(scheme.name) + " " + conorm_type_name(type) + " " +
           std::to_string(rows) + "x" + std::to_string(cols) + " strategy " +
           std::to_string(strategy) + addends[int(addend)] +
           part(bias != 0, "gemma") + part(rounding, "round_then_scale") +
           part(reduced, "reduced") + part(residualOut, "residual_out") +
           part(normed, "normed") + part(quantized, "quantized") +
           part(scales, "scales") + ": ";
  }
};

/// What goes into a call on this rank, and into the others'.
struct Operands {
  std::vector<Values> inputs;
  Values residual, weight, postWeight;
  float scale;
  Norm norm, postNorm;

  Operands(const Case &c, int members, int rank) {
    int64_t count = c.rows * c.cols;
    for (int member = 0; member < members; ++member)
      inputs.push_back(randomValues(c.type, count, 100 + member, 400));
    // Each rank has a residual of its own: nothing may count on equal ones
    // unless the call says that they are.
    residual =
        randomValues(c.type, count, 200 + (c.replicated ? 0 : rank), 400);
    // A row of zeros, and a column of every special value through the weight.
    for (int64_t i = 0; i < c.cols && c.rows > 1; ++i) {
      for (Values &input : inputs)
        input[c.cols + i] = 0.0f;
      residual[c.cols + i] = -0.0f;
    }
    weight = randomValues(c.type, c.cols, 300, 6);
    for (int64_t i = c.cols / 2; i < c.cols / 2 + c.scheme.block; ++i)
      if (c.cols >= 3 * c.scheme.block && i < c.cols)
        weight[i] = -c.bias;
    postWeight = randomValues(CONORM_TYPE_F32, c.cols, 301, 1000000);
    norm = {1e-6f, c.bias, c.rounding, weight};
    postNorm = {1e-5f, 1.0f - c.bias, 1 - c.rounding, postWeight};
    scale = c.scheme.quant.scheme == CONORM_QUANT_NVFP4 ? 150.0f : 0.01f;
  }
};

/// The transcription's results.
struct Expected {
  Values reduced, residualOut, normed;
  reference::QuantizedTensor tensor;

  Expected(const Case &c, const Operands &operands) {
    std::vector<Values> normedRows;
    for (int64_t row = 0; row < c.rows; ++row) {
      auto rowOf = [&](const Values &values) {
        return Values(values.begin() + row * c.cols,
                      values.begin() + (row + 1) * c.cols);
      };
      std::vector<Values> inputs;
      for (const Values &input : operands.inputs)
        inputs.push_back(rowOf(input));
      Values residual = rowOf(operands.residual);
      reference::FusedRow result = reference::allReduceRmsNorm(
          c.type, inputs, c.addend == Addend::None ? nullptr : &residual,
          c.addend == Addend::Sandwich ? &operands.postNorm : nullptr,
          operands.norm);
      append(reduced, result.reduced);
      append(residualOut, result.residualOut);
      append(normed, result.normed);
      normedRows.push_back(result.normed);
    }
    tensor = reference::quantize(c.scheme.quant, operands.scale, normedRows);
  }
  static void append(Values &to, const Values &from) {
    to.insert(to.end(), from.begin(), from.end());
  }
};

conorm_norm normArgs(const Norm &norm, Tensor &weight, uint32_t type) {
  return {norm.epsilon, norm.weightBias, norm.rounding, type, weight.data()};
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// The outputs of a call, made as they are asked for.
struct Outputs {
  Tensor reduced, residualOut, normed;
  Bytes quantized, scales;

  Outputs(const Case &c, const Expected &expected)
      : reduced(c.type, c.rows * c.cols), residualOut(c.type, c.rows * c.cols),
        normed(c.type, c.rows * c.cols),
        quantized(expected.tensor.quantized.size()),
        scales(expected.tensor.scales.size()) {}

  std::string check(const Case &c, const Expected &expected) const {
    std::string text;
    auto note = [&](bool present, const char *what, std::string difference) {
      if (present && !difference.empty() && text.empty())
        text = std::string(what) + " " + difference;
    };
    note(c.reduced, "reduced", reduced.differsFrom(expected.reduced));
    note(c.residualOut, "residual_out",
         residualOut.differsFrom(expected.residualOut));
    note(c.normed, "normed", normed.differsFrom(expected.normed));
    note(c.quantized, "quantized",
         quantized.differsFrom(expected.tensor.quantized));
    note(c.scales, "scales", scales.differsFrom(expected.tensor.scales));
    return text;
  }
};

std::string runFused(conorm_context *context, const conorm_group &group,
                     const Case &c, int rank, Operands &operands,
                     Outputs &outputs) {
  Tensor input(c.type, operands.inputs[rank]);
  Tensor residual(c.type, operands.residual);
  Tensor weight(c.type, operands.weight);
  Tensor postWeight(CONORM_TYPE_F32, operands.postWeight);
  conorm_all_reduce_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.group = &group;
  args.strategy = c.strategy;
  args.input = input.data();
  args.residual = c.addend == Addend::None ? nullptr : residual.data();
  args.scale = readsScale(c.scheme.quant) ? &operands.scale : nullptr;
  args.reduced = c.reduced ? outputs.reduced.data() : nullptr;
  args.residual_out = c.residualOut ? outputs.residualOut.data() : nullptr;
  args.normed = c.normed ? outputs.normed.data() : nullptr;
  args.quantized = c.quantized ? outputs.quantized.data() : nullptr;
  args.scales = c.scales ? outputs.scales.data() : nullptr;
  args.rows = c.rows;
  args.cols = c.cols;
  args.norm = normArgs(operands.norm, weight, c.type);
  args.quant = c.scheme.quant;
  args.replicated = c.replicated;
  if (c.addend == Addend::Sandwich) {
    args.has_post_norm = 1;
    args.post_norm = normArgs(operands.postNorm, postWeight, CONORM_TYPE_F32);
  }
  if (conorm_all_reduce_rms_norm(context, &args) != CONORM_OK)
    return describe(context);
  return "";
}

conorm_status rmsNorm(conorm_context *context, const Case &c, Tensor &input,
                      void *residual, void *residualOut, Tensor &normed,
                      const conorm_norm &norm) {
  conorm_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.input = input.data();
  args.residual = residual;
  args.residual_out = residualOut;
  args.normed = normed.data();
  args.rows = c.rows;
  args.cols = c.cols;
  args.norm = norm;
  return conorm_rms_norm(context, &args);
}

conorm_status quantize(conorm_context *context, const Case &c, void *input,
                       const float &scale, void *quantized, void *scales) {
  conorm_quantize_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.input = input;
  args.scale = readsScale(c.scheme.quant) ? &scale : nullptr;
  args.quantized = quantized;
  args.scales = scales;
  args.rows = c.rows;
  args.cols = c.cols;
  args.quant = c.scheme.quant;
  return conorm_quantize(context, &args);
}

/// The same, an operation at a time; makes all outputs.
std::string runUnfused(conorm_context *context, const conorm_group &group,
                       const Case &c, int rank, Operands &operands,
                       Outputs &outputs) {
  Tensor input(c.type, operands.inputs[rank]);
  Tensor residual(c.type, operands.residual);
  Tensor weight(c.type, operands.weight);
  Tensor postWeight(CONORM_TYPE_F32, operands.postWeight);
  Tensor first(c.type, c.rows * c.cols);
  conorm_all_reduce_args reduce = {};
  reduce.struct_size = sizeof(reduce);
  reduce.element_type = c.type;
  reduce.group = &group;
  reduce.strategy = c.strategy;
  reduce.input = input.data();
  reduce.output = outputs.reduced.data();
  reduce.count = c.rows * c.cols;
  conorm_norm norm = normArgs(operands.norm, weight, c.type);
  conorm_status status = conorm_all_reduce(context, &reduce);
  if (status == CONORM_OK && c.addend == Addend::Sandwich)
    status = rmsNorm(context, c, outputs.reduced, nullptr, nullptr, first,
                     normArgs(operands.postNorm, postWeight, CONORM_TYPE_F32));
  bool adds = c.addend != Addend::None;
  if (status == CONORM_OK)
    status = rmsNorm(
        context, c, c.addend == Addend::Sandwich ? first : outputs.reduced,
        adds ? residual.data() : nullptr,
        adds ? outputs.residualOut.data() : nullptr, outputs.normed, norm);
  bool computes = c.scheme.quant.scheme != CONORM_QUANT_PER_TENSOR;
  if (status == CONORM_OK)
    status = quantize(context, c, outputs.normed.data(), operands.scale,
                      outputs.quantized.data(),
                      computes ? outputs.scales.data() : nullptr);
  return status == CONORM_OK ? "" : describe(context);
}

/// Both programs, each against the transcription.
std::string runBoth(conorm_context *context, const conorm_group &group,
                    const Case &c, int rank, int members) {
  Operands operands(c, members, rank);
  Expected expected(c, operands);
  Outputs fused(c, expected), unfused(c, expected);
  std::string text = runFused(context, group, c, rank, operands, fused);
  if (text.empty())
    text = fused.check(c, expected);
  if (!text.empty())
    return c.name() + "fused: " + text;
  text = runUnfused(context, group, c, rank, operands, unfused);
  Case all = c;
  all.reduced = all.normed = all.quantized = true;
  all.residualOut = c.addend != Addend::None;
  all.scales = c.scheme.quant.scheme != CONORM_QUANT_PER_TENSOR;
  if (text.empty())
    text = unfused.check(all, expected);
  return text.empty() ? "" : c.name() + "unfused: " + text;
}

/// The combinations of parts that have a quantized result.
std::vector<Case> allParts(Case c) {
  bool computes = c.scheme.quant.scheme != CONORM_QUANT_PER_TENSOR;
  std::vector<Case> cases;
  for (Addend addend : {Addend::None, Addend::Residual, Addend::Sandwich})
    for (int parts = 0; parts < 128; ++parts) {
      c.addend = addend;
      c.bias = parts & 32 ? 1.0f : 0.0f;
      c.rounding = parts & 64 ? CONORM_ROUNDING_ROUND_THEN_SCALE
                              : CONORM_ROUNDING_SCALE_THEN_ROUND;
      c.reduced = parts & 1;
      c.residualOut = parts & 2;
      c.normed = parts & 4;
      c.quantized = parts & 8;
      c.scales = parts & 16;
      if ((c.residualOut && addend == Addend::None) ||
          (c.scales && !computes) || !(c.quantized || c.scales))
        continue;
      cases.push_back(c);
    }
  return cases;
}

/// Runs cases on a world of `members` threads and expects no complaint.
void expectRight(int members, uint64_t workspaceBytes,
                 const std::vector<Case> &cases) {
  std::vector<std::string> results = runThreads(
      members, [&](const conorm_bootstrap &bootstrap) -> std::string {
        ScopedContext context(bootstrap, 60000, workspaceBytes);
        conorm_group group = worldGroup();
        if (!context.context ||
            conorm_context_add_groups(context, &group, 1) != CONORM_OK)
          return context.message;
        for (const Case &c : cases) {
          std::string text =
              runBoth(context, group, c, bootstrap.rank, members);
          if (!text.empty())
            return text;
        }
        return "";
      });
  for (const std::string &result : results)
    EXPECT_EQ(result, "");
}

/// Every scheme, type and strategy with some of the parts: others each time.
std::vector<Case> someOfAll(int64_t rows, int64_t atLeastCols, size_t first,
                            size_t step) {
  std::vector<Case> cases;
  size_t next = first;
  for (const Scheme &scheme : allSchemes())
    for (uint32_t type : elementTypes)
      for (uint32_t strategy :
           {CONORM_STRATEGY_ONE_SHOT, CONORM_STRATEGY_TWO_SHOT}) {
        Case c = {};
        c.scheme = scheme;
        c.type = type;
        c.strategy = strategy;
        c.rows = rows;
        c.cols = (atLeastCols + scheme.block - 1) / scheme.block * scheme.block;
        std::vector<Case> parts = allParts(c);
        for (; next < parts.size(); next += step) {
          cases.push_back(parts[next]);
          cases.back().replicated = cases.size() % 2;
        }
        next -= parts.size();
      }
  return cases;
}

class QuantizeOps : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Ranks, QuantizeOps, testing::Range(1, 6));

TEST_P(QuantizeOps, fusedAndUnfusedGiveTheContractsBytes) {
  expectRight(GetParam(), 0, someOfAll(5, 96, size_t(GetParam()), 27));
}

/// Workspaces that hold a part of the tensor: pieces end within rows.
TEST_P(QuantizeOps, inChunks) {
  expectRight(GetParam(), 16384, someOfAll(50, 220, size_t(GetParam()), 149));
}

/// Rows as long as a piece of the epilogue, and longer.
TEST_P(QuantizeOps, longRows) {
  expectRight(GetParam(), 0, someOfAll(3, 4000, size_t(GetParam()), 283));
  expectRight(GetParam(), 0, someOfAll(2, 5000, size_t(GetParam()) + 5, 389));
}

TEST_P(QuantizeOps, withoutElements) {
  std::vector<Case> cases = someOfAll(0, 64, 0, 21);
  for (Case c : someOfAll(3, 0, 0, 21))
    cases.push_back(c);
  expectRight(GetParam(), 0, cases);
}

/// Every scheme, addend, bias, rounding and combination of outputs, each in one
/// type or another and with one strategy or another.
TEST(QuantizeParts, inEveryCombination) {
  std::vector<Case> cases;
  for (const Scheme &scheme : allSchemes()) {
    Case c = {};
    c.scheme = scheme;
    c.rows = 3;
    c.cols = (64 + scheme.block - 1) / scheme.block * scheme.block;
    std::vector<Case> parts = allParts(c);
    for (size_t i = 0; i < parts.size(); ++i) {
      parts[i].type = elementTypes[i % 3];
      parts[i].strategy =
          i / 3 % 2 ? CONORM_STRATEGY_TWO_SHOT : CONORM_STRATEGY_ONE_SHOT;
      parts[i].replicated = i / 6 % 2;
      cases.push_back(parts[i]);
    }
  }
  expectRight(2, 0, cases);
}

} // namespace
