//===- BatchInvarianceTest.cpp - A row's bits are its own -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rule R7: the bits of a row depend on that row, its parameters and the order
// of the members. Batches are computed whole, in slices and row by row, with
// the strategy that the runtime chooses and with each one that it can be given,
// by threads and by processes.
//
//===----------------------------------------------------------------------===//

#include "QuantizeTestUtils.h"
#include "RankRunner.h"
#include "Reference.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <set>

using namespace conorm::test;
namespace reference = conorm::reference;

namespace {

/// A value of T: moderate, of any exponent (so that the order of a sum shows),
/// or one of those that the contract treats specially.
float drawValue(uint32_t type, std::minstd_rand &random) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float special[] = {-0.0f, 0.0f,     0x1p-17f * 1.5f, 0x1p-130f,    6e4f,
                           -6e4f, infinity, -infinity,       std::nanf("")};
  float x = float(random()) * 0x1p-30f - 1.0f;
  if (random() % 8 == 0)
    x = std::ldexp(x, int(random() % 24) - 12);
  if (random() % 500 == 0)
    x = special[random() % 9];
  return reference::round(type, x);
}

/// One batch of the fused operation, the same on all ranks but for its data.
struct Batch {
  uint32_t type;
  int64_t rows, cols;
  Scheme scheme;
  bool residual, sandwich, replicated;
  conorm_norm norm, post;
  unsigned seed;

  static Batch draw(std::minstd_rand &random) {
    const uint32_t types[] = {CONORM_TYPE_F32, CONORM_TYPE_F16,
                              CONORM_TYPE_BF16};
    const int64_t cols[] = {8, 96, 1000, 1024, 4096};
    std::vector<Scheme> schemes = {{"none", {}, 1}};
    // Other layouts store the scales of several rows together: the same bits in
    // other places.
    for (const Scheme &scheme : allSchemes())
      if (scheme.quant.scale_layout == CONORM_SCALE_LAYOUT_LINEAR)
        schemes.push_back(scheme);
    Batch batch = {};
    batch.type = types[random() % 3];
    batch.cols = cols[random() % 5];
    batch.rows = 2 + random() % std::min<int64_t>(40, 100000 / batch.cols);
    do
      batch.scheme = schemes[random() % schemes.size()];
    while (batch.cols % batch.scheme.block != 0);
    batch.residual = random() % 3 != 0;
    batch.sandwich = batch.residual && random() % 3 == 0;
    batch.replicated = random() % 2;
    batch.norm = drawNorm(random, batch.type);
    batch.post = drawNorm(random, batch.type);
    batch.seed = unsigned(random());
    return batch;
  }

  static conorm_norm drawNorm(std::minstd_rand &random, uint32_t type) {
    conorm_norm norm = {};
    norm.epsilon = 1e-6f;
    norm.weight_bias = float(random() % 2);
    norm.rounding = random() % 4;
    norm.weight_type = random() % 2 ? type : uint32_t(CONORM_TYPE_F32);
    return norm;
  }

  std::string name() const {
    return std::string(conorm_type_name(type)) + " " + std::to_string(rows) +
           "x" + std::to_string(cols) + " " + scheme.name +
           (residual ? " residual" : "") + (sandwich ? " sandwich" : "") +
           (replicated ? " replicated" : "");
  }
};

std::vector<uint8_t> drawTensor(uint32_t type, int64_t count, unsigned seed) {
  std::minstd_rand random(seed);
  std::vector<uint8_t> bytes(conorm_type_bytes(type, count));
  for (int64_t i = 0; i < count; ++i)
    reference::store(type, bytes.data(), i, drawValue(type, random));
  return bytes;
}

/// A rank's operands of a batch.
struct Operands {
  std::vector<uint8_t> input, residual, weight, postWeight;
  float scale;

  Operands(const Batch &b, int rank)
      : input(drawTensor(b.type, b.rows * b.cols, b.seed + 17 * (rank + 1))),
        residual(drawTensor(b.type, b.rows * b.cols,
                            b.seed + 1000 + (b.replicated ? 0 : rank))),
        weight(drawTensor(b.norm.weight_type, b.cols, b.seed + 2000)),
        postWeight(drawTensor(b.post.weight_type, b.cols, b.seed + 3000)),
        scale(b.scheme.quant.scheme == CONORM_QUANT_NVFP4 ? 150.0f : 0.01f) {}
};

/// The outputs of some rows, poisoned before the call.
struct Outputs {
  enum Part { Reduced, ResidualOut, Normed, Quantized, Scales, NumParts };
  std::vector<uint8_t> parts[NumParts];

  static int64_t rowBytes(const Batch &b, Part part) {
    switch (part) {
    case ResidualOut:
      return b.residual ? conorm_type_bytes(b.type, b.cols) : 0;
    case Quantized:
      return b.scheme.quant.scheme == CONORM_QUANT_NONE
                 ? 0
                 : conorm_type_bytes(b.scheme.quant.quantized_type, b.cols);
    case Scales:
      return scalesPerRow(b);
    default:
      return conorm_type_bytes(b.type, b.cols);
    }
  }
  static int64_t scalesPerRow(const Batch &b) {
    const conorm_quant &quant = b.scheme.quant;
    if (quant.scheme == CONORM_QUANT_NONE ||
        quant.scheme == CONORM_QUANT_PER_TENSOR)
      return 0;
    bool oneScale = quant.scheme == CONORM_QUANT_PER_TOKEN;
    return conorm_type_bytes(quant.scale_type,
                             oneScale ? 1 : b.cols / b.scheme.block);
  }

  Outputs(const Batch &b, int64_t rows) {
    for (int part = 0; part < NumParts; ++part)
      parts[part].assign(rows * rowBytes(b, Part(part)), 0xa5);
  }
  void *at(Part part) {
    return parts[part].empty() ? nullptr : parts[part].data();
  }
};

/// Calls the operation on `rows` rows from `first`.
std::string call(conorm_context *context, const Batch &b, const Operands &from,
                 int64_t first, int64_t rows, uint32_t strategy,
                 Outputs &outputs) {
  conorm_group group = worldGroup();
  conorm_all_reduce_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = b.type;
  args.group = &group;
  args.strategy = strategy;
  int64_t offset = conorm_type_bytes(b.type, first * b.cols);
  args.input = from.input.data() + offset;
  args.residual = b.residual ? from.residual.data() + offset : nullptr;
  if (readsScale(b.scheme.quant))
    args.scale = &from.scale;
  args.reduced = outputs.at(Outputs::Reduced);
  args.residual_out = outputs.at(Outputs::ResidualOut);
  args.normed = outputs.at(Outputs::Normed);
  args.quantized = outputs.at(Outputs::Quantized);
  args.scales = outputs.at(Outputs::Scales);
  args.rows = rows;
  args.cols = b.cols;
  args.norm = b.norm;
  args.norm.weight = from.weight.data();
  args.quant = b.scheme.quant;
  args.has_post_norm = b.sandwich;
  if (b.sandwich) {
    args.post_norm = b.post;
    args.post_norm.weight = from.postWeight.data();
  }
  args.replicated = b.replicated;
  if (conorm_all_reduce_rms_norm(context, &args))
    return b.name() + ": " + describe(context);
  return "";
}

/// "" if `part` holds the same values, by rule R6, as the rows of `whole` from
/// `first`.
std::string compare(const Batch &b, const Outputs &whole, const Outputs &part,
                    int64_t first) {
  for (int p = 0; p < Outputs::NumParts; ++p) {
    int64_t skip = first * Outputs::rowBytes(b, Outputs::Part(p));
    const uint8_t *expected = whole.parts[p].data() + skip;
    const std::vector<uint8_t> &found = part.parts[p];
    bool isBytes = p == Outputs::Quantized || p == Outputs::Scales;
    int64_t unit = isBytes ? 1 : conorm_type_bytes(b.type, 1);
    for (int64_t i = 0; i < int64_t(found.size()) / unit; ++i) {
      bool same =
          isBytes ? expected[i] == found[i]
                  : reference::same(reference::load(b.type, expected, i),
                                    reference::load(b.type, found.data(), i));
      if (!same)
        return b.name() + ": rows from " + std::to_string(first) + ", output " +
               std::to_string(p) + ", element " + std::to_string(i) +
               " differs";
    }
  }
  return "";
}

void observe(void *taken, conorm_context *, uint32_t op, uint32_t phase,
             const void *args) {
  if (phase == 1 && op == CONORM_OP_ALL_REDUCE_RMS_NORM)
    static_cast<std::set<uint32_t> *>(taken)->insert(
        static_cast<const conorm_all_reduce_rms_norm_args *>(args)->strategy);
}

/// A batch against each of its rows, and against slices of any length under any
/// strategy.
std::string checkBatch(conorm_context *context, const Batch &batch,
                       std::minstd_rand &random) {
  Operands operands(batch, conorm_context_rank(context));
  Outputs whole(batch, batch.rows);
  std::string problem = call(context, batch, operands, 0, batch.rows,
                             CONORM_STRATEGY_AUTO, whole);
  auto checkRows = [&](int64_t first, int64_t rows, uint32_t strategy) {
    Outputs part(batch, rows);
    if (problem.empty())
      problem = call(context, batch, operands, first, rows, strategy, part);
    if (problem.empty())
      problem = compare(batch, whole, part, first);
  };
  for (int64_t row = 0; row < batch.rows; ++row)
    checkRows(row, 1, CONORM_STRATEGY_AUTO);
  const uint32_t strategies[] = {
      CONORM_STRATEGY_ONE_SHOT, CONORM_STRATEGY_TWO_SHOT, CONORM_STRATEGY_AUTO};
  for (uint32_t strategy : strategies) {
    int64_t first = random() % batch.rows;
    checkRows(first, 1 + random() % (batch.rows - first), strategy);
  }
  return problem;
}

/// Draws the same batches on every rank.
std::string checkBatches(const conorm_bootstrap &bootstrap, unsigned seed,
                         int count) {
  ScopedContext context(bootstrap, 60000);
  if (context.status)
    return context.message;
  conorm_group group = worldGroup();
  conorm_context_add_groups(context, &group, 1);
  std::set<uint32_t> taken;
  conorm_context_set_observer(context, observe, &taken);
  std::minstd_rand random(seed);
  for (int i = 0; i < count; ++i) {
    std::string problem = checkBatch(context, Batch::draw(random), random);
    if (!problem.empty())
      return problem;
  }
  // Otherwise the batches crossed no threshold.
  if (taken.size() < 2 && conorm_context_world_size(context) > 1)
    return "only one strategy was taken";
  return "";
}

void expectNone(const std::vector<std::string> &problems) {
  for (const std::string &problem : problems)
    EXPECT_EQ(problem, "");
}

TEST(BatchInvariance, R7RowsAloneAndInBatchesOfThreads) {
  for (int size : {1, 2, 3, 4})
    expectNone(runThreads(size, [&](const conorm_bootstrap &bootstrap) {
      return checkBatches(bootstrap, 70 + size, 40);
    }));
}

TEST(BatchInvariance, R7RowsAloneAndInBatchesOfProcesses) {
  for (int size : {2, 4})
    expectNone(runProcesses(size, [&](const conorm_bootstrap &bootstrap) {
      return checkBatches(bootstrap, 170 + size, 20);
    }));
}

/// All NaNs of T count as one value, by rule R6.
size_t hashOf(const Batch &b, Outputs::Part part,
              const std::vector<uint8_t> &bytes) {
  std::string text(bytes.begin(), bytes.end());
  if (part != Outputs::Quantized && part != Outputs::Scales) {
    int64_t unit = conorm_type_bytes(b.type, 1);
    for (int64_t i = 0; i < int64_t(bytes.size()) / unit; ++i)
      if (std::isnan(reference::load(b.type, bytes.data(), i)))
        text.replace(i * unit, unit, unit, '\xff');
  }
  return std::hash<std::string>()(text);
}

/// The bits of one batch under every layout of the ranks that one machine has.
TEST(BatchInvariance, R7ThreadsAndProcessesGiveTheSameBits) {
  std::minstd_rand random(7);
  for (int i = 0; i < 10; ++i) {
    Batch batch = Batch::draw(random);
    auto digest = [&](const conorm_bootstrap &bootstrap) -> std::string {
      ScopedContext context(bootstrap, 60000);
      conorm_group group = worldGroup();
      conorm_context_add_groups(context, &group, 1);
      Outputs outputs(batch, batch.rows);
      std::string text =
          call(context, batch, Operands(batch, conorm_context_rank(context)), 0,
               batch.rows, CONORM_STRATEGY_AUTO, outputs);
      size_t hash = 0;
      for (int p = 0; p < Outputs::NumParts; ++p)
        hash = hash * 31 + hashOf(batch, Outputs::Part(p), outputs.parts[p]);
      return text + std::to_string(hash);
    };
    EXPECT_EQ(runThreads(3, digest), runProcesses(3, digest)) << batch.name();
  }
}

} // namespace
