//===- Call.cpp - One random call, made and checked -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"

#include "Data.h"
#include "Quantize.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>

using namespace conorm;
using namespace conorm::soak;
using reference::Values;

//===----------------------------------------------------------------------===//
// What is called
//===----------------------------------------------------------------------===//

std::vector<Group> soak::makeGroups(int rank, int worldSize) {
  std::vector<Group> groups;
  auto add = [&](const char *name, int groupSize, int stride) {
    Group group;
    int numGroups = worldSize / groupSize;
    // Member m of group g: neighbours for stride 1, every stride-th otherwise.
    for (int g = 0; g < numGroups; ++g)
      for (int m = 0; m < groupSize; ++m)
        group.ranks.push_back(stride == 1 ? g * groupSize + m : m * stride + g);
    auto self = std::find(group.ranks.begin(), group.ranks.end(), rank);
    int position = int(self - group.ranks.begin());
    auto first = group.ranks.begin() + position / groupSize * groupSize;
    group.members.assign(first, first + groupSize);
    group.self = position % groupSize;
    group.symbol = {sizeof(conorm_group),
                    uint32_t(numGroups),
                    uint32_t(groupSize),
                    0,
                    name,
                    nullptr};
    groups.push_back(group);
  };
  add("world", worldSize, 1);
  groups[0].symbol.num_groups = 0;
  if (worldSize % 2 == 0 && worldSize > 2) {
    add("pairs", 2, 1);
    add("halves", worldSize / 2, 2);
  }
  // Only now, when no element moves any more.
  for (Group &group : groups)
    group.symbol.ranks = group.symbol.num_groups ? group.ranks.data() : nullptr;
  return groups;
}

static NormSpec randomNorm(Random &random, uint32_t type) {
  const uint32_t weights[] = {CONORM_TYPE_NONE, type, type, CONORM_TYPE_F32};
  NormSpec norm;
  norm.epsilon = random.oneIn(2) ? 1e-6f : 1e-5f;
  norm.bias = random.oneIn(2) ? 1.0f : 0.0f;
  // All of them.
  norm.rounding = uint32_t(random.below(4));
  norm.weightType = weights[random.below(4)];
  return norm;
}

/// Nine calls in ten are small: the order of calls is what wears a protocol.
static void randomShape(Call &call, Random &random, int groupSize) {
  int64_t size = random.below(200);
  int64_t rows = 0, cols = 0;
  if (size < 180) {
    rows = random.below(9);
    cols = 1 + random.below(300);
  } else if (size < 198) {
    rows = random.below(41);
    cols = 1 + random.below(2000);
  } else {
    rows = random.below(301);
    cols = 1 + random.below(9000);
  }
  call.outer = 1;
  call.dim = rows;
  call.inner = cols;
  if (call.op == CONORM_OP_REDUCE_SCATTER || call.op == CONORM_OP_ALL_GATHER) {
    call.outer = std::min(1 + random.below(3), std::max<int64_t>(rows, 1));
    call.dim = (rows / call.outer + groupSize - 1) / groupSize;
    if (call.op == CONORM_OP_REDUCE_SCATTER)
      call.dim *= groupSize;
  }
}

Call soak::randomCall(uint64_t seed, int64_t index,
                      const std::vector<Group> &groups) {
  Random random(seed * 0x100000001b3ull + uint64_t(index));
  const conorm_op ops[] = {CONORM_OP_ALL_REDUCE,
                           CONORM_OP_ALL_REDUCE,
                           CONORM_OP_REDUCE_SCATTER,
                           CONORM_OP_ALL_GATHER,
                           CONORM_OP_RMS_NORM,
                           CONORM_OP_ADD_RMS_NORM,
                           CONORM_OP_ALL_REDUCE_RMS_NORM,
                           CONORM_OP_ALL_REDUCE_RMS_NORM,
                           CONORM_OP_ALL_REDUCE_RMS_NORM,
                           CONORM_OP_ALL_REDUCE_RMS_NORM,
                           CONORM_OP_QUANTIZE};
  const uint32_t types[] = {CONORM_TYPE_F32, CONORM_TYPE_F16, CONORM_TYPE_BF16};
  Call call = {};
  call.seed = seed;
  call.index = index;
  call.op = ops[random.below(11)];
  call.type = types[random.below(3)];
  call.reduction = random.oneIn(2) ? uint32_t(CONORM_REDUCTION_SUM)
                                   : uint32_t(random.below(4));
  call.strategy = random.below(3);
  call.group = int(random.below(int64_t(groups.size())));
  randomShape(call, random, int(groups[call.group].members.size()));
  bool fused = call.op == CONORM_OP_ALL_REDUCE_RMS_NORM;
  call.hasResidual =
      fused ? random.below(3) != 0 : call.op == CONORM_OP_ADD_RMS_NORM;
  call.hasPostNorm = fused && call.hasResidual && random.oneIn(3);
  call.inPlace = random.oneIn(3);
  call.wantReduced = fused && random.oneIn(3);
  call.wantResidualOut = call.hasResidual && !random.oneIn(4);
  if (call.op == CONORM_OP_QUANTIZE || (fused && random.oneIn(2)))
    randomQuant(call, random);
  bool other = call.wantReduced || call.wantResidualOut || call.wantQuantized ||
               call.wantScales;
  call.wantNormed = !other || !fused || !random.oneIn(3);
  call.norm = randomNorm(random, call.type);
  call.postNorm = randomNorm(random, call.type);
  call.replicated = fused && random.oneIn(2);
  return call;
}

Call soak::largestCall(uint64_t seed, int64_t index, int group,
                       uint32_t strategy) {
  Call call = {};
  call.seed = seed;
  call.index = index;
  call.op = CONORM_OP_ALL_REDUCE_RMS_NORM;
  call.type = CONORM_TYPE_F32;
  call.strategy = strategy;
  call.group = group;
  call.outer = 1;
  call.dim = 300;
  call.inner = 9000;
  call.hasResidual = call.wantNormed = call.wantReduced = true;
  call.wantResidualOut = call.replicated = true;
  call.norm = {1e-6f, 1.0f, CONORM_ROUNDING_SCALE_THEN_ROUND, CONORM_TYPE_F32};
  return call;
}

std::string Call::describe() const {
  char text[256];
  std::snprintf(text, sizeof(text),
                "call %" PRId64 " (seed %" PRIu64 "): %s %s [%" PRId64
                ", %" PRId64 ", %" PRId64
                "] reduction %u strategy %u group %d residual %d post_norm %d "
                "replicated %d in_place %d weight %u rounding %u quant %u",
                index, seed, conorm_op_name(op), conorm_type_name(type), outer,
                dim, inner, reduction, strategy, group, hasResidual,
                hasPostNorm, replicated, inPlace, norm.weightType,
                norm.rounding, quant.scheme);
  return text;
}

//===----------------------------------------------------------------------===//
// One call: its buffers, its arguments, its expected rows
//===----------------------------------------------------------------------===//

namespace {

class Execution {
public:
  Execution(const Call &call, const Group &group);
  conorm_status run(conorm_context *context);
  int64_t check(Random &random);

private:
  conorm_status runNorm(conorm_context *context);
  conorm_status runFused(conorm_context *context);
  conorm_status runQuantize(conorm_context *context);
  conorm_status runScatterGather(conorm_context *context);
  conorm_norm normArgs(const NormSpec &spec, Buffer &weight) const;
  reference::Norm referenceNorm(const NormSpec &spec, Tensor tensor) const;
  std::vector<Values> inputRows(int64_t row) const;
  int64_t checkRow(int64_t row);
  int64_t checkNormRow(int64_t row);
  int64_t compare(const char *what, const char *data, int64_t row,
                  const Values &expected);

  const Call &call;
  const Group &group;
  const int64_t members;
  const int self;
  int64_t inRows, outRows;
  conorm_site site;
  Buffer input, residual, weight, postWeight;
  Buffer output, reduced, residualOut;
  QuantOutputs quantized;
  /// Where the results are: in a buffer of their own or an operand's.
  char *outputAt, *residualOutAt;
  int reported = 0;
};

int64_t rowsIn(const Call &call) { return call.outer * call.dim; }

int64_t rowsOut(const Call &call, int64_t members) {
  if (call.op == CONORM_OP_REDUCE_SCATTER)
    return rowsIn(call) / members;
  if (call.op == CONORM_OP_ALL_GATHER)
    return rowsIn(call) * members;
  return rowsIn(call);
}

uint32_t weightStorage(const Call &call, const NormSpec &spec) {
  return spec.weightType == CONORM_TYPE_NONE ? call.type : spec.weightType;
}

Execution::Execution(const Call &call, const Group &group)
    : call(call), group(group), members(group.members.size()),
      self(group.members[group.self]), inRows(rowsIn(call)),
      outRows(rowsOut(call, members)), site{sizeof(conorm_site), 0,
                                            uint64_t(call.index) + 1, "soak"},
      input(call, Input, self, call.type, inRows),
      residual(call, Residual, 0, call.type, call.hasResidual ? inRows : 0),
      weight(call, Weight, 0, weightStorage(call, call.norm), 1),
      postWeight(call, PostWeight, 0, weightStorage(call, call.postNorm), 1),
      output(call.type, outRows, call.inner),
      reduced(call.type, call.wantReduced ? outRows : 0, call.inner),
      residualOut(call.type, call.wantResidualOut ? outRows : 0, call.inner),
      quantized(call, inRows, call.inner) {
  bool sameShape = inRows == outRows && call.op != CONORM_OP_REDUCE_SCATTER &&
                   call.op != CONORM_OP_ALL_GATHER;
  outputAt = call.inPlace && sameShape ? input.data() : output.data();
  residualOutAt = call.inPlace ? residual.data() : residualOut.data();
}

conorm_norm Execution::normArgs(const NormSpec &spec, Buffer &weight) const {
  bool none = spec.weightType == CONORM_TYPE_NONE;
  return {spec.epsilon, spec.bias, spec.rounding, spec.weightType,
          none ? nullptr : weight.data()};
}

conorm_status Execution::runNorm(conorm_context *context) {
  conorm_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = call.type;
  args.site = &site;
  args.input = input.data();
  args.residual = call.hasResidual ? residual.data() : nullptr;
  args.residual_out = call.wantResidualOut ? residualOutAt : nullptr;
  args.normed = outputAt;
  args.rows = inRows;
  args.cols = call.inner;
  args.norm = normArgs(call.norm, weight);
  return conorm_rms_norm(context, &args);
}

conorm_status Execution::runFused(conorm_context *context) {
  conorm_all_reduce_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = call.type;
  args.site = &site;
  args.group = &group.symbol;
  args.strategy = call.strategy;
  args.input = input.data();
  args.residual = call.hasResidual ? residual.data() : nullptr;
  args.reduced = call.wantReduced ? reduced.data() : nullptr;
  args.residual_out = call.wantResidualOut ? residualOutAt : nullptr;
  args.normed = call.wantNormed ? outputAt : nullptr;
  args.rows = inRows;
  args.cols = call.inner;
  args.norm = normArgs(call.norm, weight);
  args.quant = call.quant;
  args.scale = quantized.scale();
  args.quantized = quantized.codes();
  args.scales = quantized.scales();
  args.has_post_norm = call.hasPostNorm;
  args.replicated = call.replicated;
  if (call.hasPostNorm)
    args.post_norm = normArgs(call.postNorm, postWeight);
  return conorm_all_reduce_rms_norm(context, &args);
}

conorm_status Execution::runQuantize(conorm_context *context) {
  conorm_quantize_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = call.type;
  args.site = &site;
  args.input = input.data();
  args.scale = quantized.scale();
  args.quantized = quantized.codes();
  args.scales = quantized.scales();
  args.rows = inRows;
  args.cols = call.inner;
  args.quant = call.quant;
  return conorm_quantize(context, &args);
}

conorm_status Execution::runScatterGather(conorm_context *context) {
  conorm_scatter_gather_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = call.type;
  args.site = &site;
  args.group = &group.symbol;
  args.strategy = call.strategy;
  args.input = input.data();
  args.output = outputAt;
  args.outer = call.outer;
  args.dim = call.dim;
  args.inner = call.inner;
  if (call.op == CONORM_OP_ALL_GATHER)
    return conorm_all_gather(context, &args);
  args.reduction = call.reduction;
  return conorm_reduce_scatter(context, &args);
}

conorm_status Execution::run(conorm_context *context) {
  switch (call.op) {
  case CONORM_OP_RMS_NORM:
  case CONORM_OP_ADD_RMS_NORM:
    return runNorm(context);
  case CONORM_OP_ALL_REDUCE_RMS_NORM:
    return runFused(context);
  case CONORM_OP_QUANTIZE:
    return runQuantize(context);
  case CONORM_OP_REDUCE_SCATTER:
  case CONORM_OP_ALL_GATHER:
    return runScatterGather(context);
  default:
    break;
  }
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = call.type;
  args.site = &site;
  args.group = &group.symbol;
  args.reduction = call.reduction;
  args.strategy = call.strategy;
  args.input = input.data();
  args.output = outputAt;
  args.count = inRows * call.inner;
  return conorm_all_reduce(context, &args);
}

/// All rows of small results; of large ones some, others on each rank.
int64_t Execution::check(Random &random) {
  int64_t differences = 0;
  if (outRows * call.inner * members <= 20000 || outRows <= 8) {
    for (int64_t row = 0; row < outRows; ++row)
      differences += checkRow(row);
  } else {
    for (int i = 0; i < 8; ++i)
      differences += checkRow(random.below(outRows));
  }
  differences += quantized.checkPaddingAndGuards();
  for (Buffer *buffer : {&input, &residual, &weight, &postWeight, &output,
                         &reduced, &residualOut})
    if (!buffer->guardIntact()) {
      std::printf("rank %d: written past the end of a buffer: %s\n", self,
                  call.describe().c_str());
      ++differences;
    }
  return differences;
}

reference::Norm Execution::referenceNorm(const NormSpec &spec,
                                         Tensor tensor) const {
  reference::Norm norm;
  norm.epsilon = spec.epsilon;
  norm.weightBias = spec.bias;
  norm.rounding = spec.rounding;
  if (spec.weightType != CONORM_TYPE_NONE)
    norm.weight = rowValues(call, tensor, 0, 0, spec.weightType);
  return norm;
}

std::vector<Values> Execution::inputRows(int64_t row) const {
  std::vector<Values> rows;
  for (int rank : group.members)
    rows.push_back(rowValues(call, Input, rank, row, call.type));
  return rows;
}

int64_t Execution::checkRow(int64_t row) {
  if (call.op == CONORM_OP_ALL_REDUCE)
    return compare(
        "output", outputAt, row,
        reference::allReduce(call.type, call.reduction, inputRows(row)));
  if (call.op == CONORM_OP_REDUCE_SCATTER) {
    int64_t block = call.dim / members;
    int64_t from = row / block * call.dim + group.self * block + row % block;
    return compare(
        "output", outputAt, row,
        reference::allReduce(call.type, call.reduction, inputRows(from)));
  }
  if (call.op == CONORM_OP_ALL_GATHER) {
    int64_t o = row / (call.dim * members), rest = row % (call.dim * members);
    int rank = group.members[rest / call.dim];
    return compare("output", outputAt, row,
                   rowValues(call, Input, rank, o * call.dim + rest % call.dim,
                             call.type));
  }
  if (call.op == CONORM_OP_QUANTIZE)
    return quantized.checkRow(row,
                              rowValues(call, Input, self, row, call.type));
  return checkNormRow(row);
}

int64_t Execution::checkNormRow(int64_t row) {
  bool fused = call.op == CONORM_OP_ALL_REDUCE_RMS_NORM;
  std::vector<Values> inputs;
  if (fused)
    inputs = inputRows(row);
  else
    inputs.push_back(rowValues(call, Input, self, row, call.type));
  Values addend;
  if (call.hasResidual)
    addend = rowValues(call, Residual, 0, row, call.type);
  reference::Norm postNorm = referenceNorm(call.postNorm, PostWeight);
  reference::FusedRow expected = reference::allReduceRmsNorm(
      call.type, inputs, call.hasResidual ? &addend : nullptr,
      call.hasPostNorm ? &postNorm : nullptr, referenceNorm(call.norm, Weight));
  int64_t differences = 0;
  if (call.wantReduced)
    differences += compare("reduced", reduced.data(), row, expected.reduced);
  if (call.wantResidualOut)
    differences +=
        compare("residual_out", residualOutAt, row, expected.residualOut);
  if (call.wantNormed)
    differences += compare("normed", outputAt, row, expected.normed);
  return differences + quantized.checkRow(row, expected.normed);
}

int64_t Execution::compare(const char *what, const char *data, int64_t row,
                           const Values &expected) {
  int64_t differences = 0;
  for (int64_t i = 0; i < call.inner; ++i) {
    float found = reference::load(call.type, data, row * call.inner + i);
    if (reference::same(found, expected[i]))
      continue;
    ++differences;
    if (reported++ == 0)
      std::printf(
          "rank %d: %s[%" PRId64 ", %" PRId64 "]: expected %a, found %a: %s\n",
          self, what, row, i, expected[i], found, call.describe().c_str());
  }
  return differences;
}

} // namespace

int64_t soak::runCall(conorm_context *context, const Call &call,
                      const Group &group, uint64_t checkSeed) {
  Execution execution(call, group);
  if (execution.run(context) != CONORM_OK) {
    std::printf("%s: %s\n", conorm_context_message(context),
                call.describe().c_str());
    return -1;
  }
  Random random(checkSeed);
  return execution.check(random);
}
