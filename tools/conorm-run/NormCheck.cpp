//===- NormCheck.cpp - Norms against float64 ------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NormCheck.h"

#include "Elements.h"
#include "RunError.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdio>

using namespace conorm::run;

namespace {

/// R2: values = T(values + residual), elementwise.
void addResidual(uint32_t type, const void *residual,
                 std::vector<float> &values) {
  for (size_t i = 0; i < values.size(); ++i) {
    float sum = values[i] + static_cast<float>(readElement(type, residual, i));
    values[i] = static_cast<float>(roundToType(type, sum));
  }
}

/// World ranks of the group that `rank` is a member of.
std::vector<int64_t> membersOf(const conorm_group *group, int rank, int size) {
  std::vector<int64_t> members;
  if (!group || !group->num_groups) {
    for (int i = 0; i < size; ++i)
      members.push_back(i);
    return members;
  }
  for (uint32_t g = 0; g < group->num_groups; ++g) {
    const int64_t *row = group->ranks + size_t(g) * group->group_size;
    if (std::find(row, row + group->group_size, rank) !=
        row + group->group_size)
      members.assign(row, row + group->group_size);
  }
  return members;
}

/// Levels of the tree that combines the leaves of a row.
int treeLevels(int64_t cols) {
  int levels = 0;
  for (int64_t leaves = (cols + 7) / 8; leaves > 1; leaves = (leaves + 1) / 2)
    ++levels;
  return levels;
}

} // namespace

void NormStats::add(const NormStats &other) {
  calls += other.calls;
  collectives += other.collectives;
  fusedCollectives += other.fusedCollectives;
  normCalls += other.normCalls;
  sites = std::max(sites, other.sites);
  checkedElements += other.checkedElements;
  uncheckedRows += other.uncheckedRows;
  if (!outOfBound && other.outOfBound)
    std::copy(std::begin(other.firstOutOfBound),
              std::end(other.firstOutOfBound), firstOutOfBound);
  outOfBound += other.outOfBound;
  if (worstBound == 0 ||
      other.worstUlps * worstBound > worstUlps * other.worstBound) {
    worstUlps = other.worstUlps;
    worstBound = other.worstBound;
  }
}

/// The bits of a conorm_rounding.
static bool roundsThenScales(const conorm_norm &norm) {
  return norm.rounding & CONORM_ROUNDING_ROUND_THEN_SCALE;
}
static bool roundsWeight(const conorm_norm &norm) {
  return norm.rounding & CONORM_ROUNDING_SCALE_THEN_ROUND_ROUNDED_WEIGHT;
}

double conorm::run::normBound(uint32_t type, const conorm_norm &norm,
                              int64_t cols) {
  bool hasWeight = norm.weight_type != CONORM_TYPE_NONE && norm.weight;
  if (type == CONORM_TYPE_F32)
    return (hasWeight ? 9.5 : 7.5) + treeLevels(cols) / 2.0;
  return roundsThenScales(norm) ? 2 : 1;
}

void conorm::run::contractNorm(uint32_t type, const conorm_norm &norm,
                               const std::vector<float> &weight,
                               const float *values, int64_t cols, float *out) {
  std::vector<float> sums((cols + 7) / 8);
  for (int64_t i = 0; i < cols; ++i)
    sums[i / 8] = std::fmaf(values[i], values[i], sums[i / 8]);
  // Zero padding to a power of two: x + 0 is x, for sums are never -0.
  while (sums.size() > 1) {
    if (sums.size() % 2)
      sums.push_back(0);
    for (size_t i = 0; i < sums.size() / 2; ++i)
      sums[i] = sums[2 * i] + sums[2 * i + 1];
    sums.resize(sums.size() / 2);
  }
  float mean = (cols ? sums[0] : 0) / static_cast<float>(cols);
  float r = 1.0f / std::sqrt(mean + norm.epsilon);
  for (int64_t i = 0; i < cols; ++i) {
    float y = values[i] * r;
    if (roundsThenScales(norm))
      y = static_cast<float>(roundToType(type, y));
    if (!weight.empty()) {
      float factor = norm.weight_bias + weight[i];
      if (roundsWeight(norm))
        factor = static_cast<float>(roundToType(type, factor));
      y = y * factor;
    }
    out[i] = static_cast<float>(roundToType(type, y));
  }
}

const void *NormChecker::onHost(uint32_t type, const void *data,
                                int64_t count) {
  if (memory == CONORM_MEMORY_HOST || !data)
    return data;
  copies.emplace_back(conorm_type_bytes(type, count));
  conorm_buffer buffer = {};
  buffer.struct_size = sizeof(buffer);
  buffer.element_type = type;
  buffer.rank = 1;
  buffer.memory = memory;
  buffer.data = const_cast<void *>(data);
  buffer.shape = &count;
  conorm_status status = conorm_buffer_read(
      context, &buffer, copies.back().data(), copies.back().size());
  if (status != CONORM_OK)
    throw RankError(status, conorm_context_message(context));
  return copies.back().data();
}

std::vector<float> NormChecker::readFloats(uint32_t type, const void *data,
                                           int64_t count) {
  data = onHost(type, data, count);
  std::vector<float> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(readElement(type, data, i));
  return values;
}

std::vector<float> NormChecker::readWeight(const conorm_norm &norm,
                                           int64_t cols) {
  if (norm.weight_type == CONORM_TYPE_NONE || !norm.weight)
    return {};
  return readFloats(norm.weight_type, norm.weight, cols);
}

void NormChecker::install(conorm_context *context) {
  conorm_context_set_observer(context, observe, this);
}

void NormChecker::remove(conorm_context *context) {
  conorm_context_set_observer(context, nullptr, nullptr);
}

NormStats NormChecker::finish() {
  if (failure)
    std::rethrow_exception(failure);
  stats.sites = sites.size();
  return stats;
}

void NormChecker::observe(void *user, conorm_context *context, uint32_t op,
                          uint32_t phase, const void *args) {
  NormChecker &self = *static_cast<NormChecker *>(user);
  self.world.beat();
  if (self.failure || conorm_context_status(context) != CONORM_OK)
    return;
  self.context = context;
  self.copies.clear();
  try {
    if (phase == 0)
      self.before(op, args);
    else
      self.after(op, args);
  } catch (const std::exception &error) {
    self.failure = std::current_exception();
    conorm_context_abort(context, error.what());
  }
}

void NormChecker::countNorm(const conorm_site *site) {
  ++stats.normCalls;
  sites.insert(site ? site->id : 0);
}

void NormChecker::before(uint32_t op, const void *args) {
  ++stats.calls;
  bool isFused = op == CONORM_OP_ALL_REDUCE_RMS_NORM;
  stats.fusedCollectives += isFused;
  stats.collectives += isFused || op == CONORM_OP_ALL_REDUCE ||
                       op == CONORM_OP_REDUCE_SCATTER ||
                       op == CONORM_OP_ALL_GATHER;
  if (op == CONORM_OP_ALL_REDUCE_RMS_NORM)
    beforeFused(*static_cast<const conorm_all_reduce_rms_norm_args *>(args));
  else if (op == CONORM_OP_RMS_NORM || op == CONORM_OP_ADD_RMS_NORM)
    beforeNorm(*static_cast<const conorm_rms_norm_args *>(args));
}

void NormChecker::after(uint32_t op, const void *data) {
  if (op == CONORM_OP_RMS_NORM || op == CONORM_OP_ADD_RMS_NORM)
    return check(static_cast<const conorm_rms_norm_args *>(data)->normed);
  if (op != CONORM_OP_ALL_REDUCE_RMS_NORM)
    return;
  const auto &args =
      *static_cast<const conorm_all_reduce_rms_norm_args *>(data);
  if (args.residual_out)
    call.values =
        readFloats(args.element_type, args.residual_out, args.rows * args.cols);
  else if (args.reduced && call.values.empty())
    call.values =
        readFloats(args.element_type, args.reduced, args.rows * args.cols);
  check(args.normed);
}

void NormChecker::begin(uint32_t type, int64_t rows, int64_t cols,
                        const conorm_norm &norm, const conorm_site *site) {
  countNorm(site);
  call.type = type;
  call.rows = rows;
  call.cols = cols;
  call.norm = norm;
  call.label = site && site->label ? site->label : "unknown site";
  call.weight = readWeight(norm, cols);
  call.values.clear();
}

static int64_t inputRow(const conorm_rms_norm_args &args, int64_t row) {
  int64_t group = row / args.input_group_rows;
  return group * args.input_group_stride +
         (row - group * args.input_group_rows) * args.cols;
}

/// The input's rows, without what is between groups of them.
std::vector<float> NormChecker::readRows(const conorm_rms_norm_args &args) {
  if (!args.input_group_rows || !args.rows)
    return readFloats(args.element_type, args.input, args.rows * args.cols);
  int64_t last = inputRow(args, args.rows - 1) + args.cols;
  std::vector<float> all = readFloats(args.element_type, args.input, last);
  std::vector<float> values;
  for (int64_t row = 0; row < args.rows; ++row) {
    auto first = all.begin() + inputRow(args, row);
    values.insert(values.end(), first, first + args.cols);
  }
  return values;
}

void NormChecker::beforeNorm(const conorm_rms_norm_args &args) {
  begin(args.element_type, args.rows, args.cols, args.norm, args.site);
  call.values = readRows(args);
  if (args.residual)
    addResidual(args.element_type,
                onHost(args.element_type, args.residual, args.rows * args.cols),
                call.values);
}

/// Outputs hold v if residual_out, or a reduced without a residual, is asked
/// for; otherwise v is made here, from the inputs of all members.
void NormChecker::beforeFused(const conorm_all_reduce_rms_norm_args &args) {
  begin(args.element_type, args.rows, args.cols, args.norm, args.site);
  bool plain = !args.residual && !args.has_post_norm;
  if (args.residual_out || (args.reduced && plain))
    return;
  call.values = reduceMembers(args);
  if (args.has_post_norm) {
    std::vector<float> weight = readWeight(args.post_norm, args.cols);
    for (int64_t row = 0; row < args.rows; ++row) {
      float *values = call.values.data() + row * args.cols;
      contractNorm(args.element_type, args.post_norm, weight, values, args.cols,
                   values);
    }
  }
  if (args.residual)
    addResidual(args.element_type,
                onHost(args.element_type, args.residual, args.rows * args.cols),
                call.values);
}

/// R1, from the members' inputs as the bootstrap carries them.
std::vector<float>
NormChecker::reduceMembers(const conorm_all_reduce_rms_norm_args &args) {
  constexpr int64_t piece = 8192;
  int64_t count = args.rows * args.cols;
  struct {
    uint64_t site;
    int64_t count;
  } mine = {args.site ? args.site->id : 0, count};
  for (const auto &other : world.gather(mine))
    if (other.site != mine.site || other.count != mine.count)
      throw RunError(
          "expected all ranks to check the same norm, found ranks at "
          "different ones");
  std::vector<int64_t> members =
      membersOf(args.group, world.rank(), world.size());
  size_t elementBytes = conorm_type_bytes(args.element_type, 1);
  std::vector<char> all(piece * elementBytes * world.size());
  std::vector<float> values(count);
  const char *input =
      static_cast<const char *>(onHost(args.element_type, args.input, count));
  for (int64_t at = 0; at < count; at += piece) {
    int64_t width = std::min(piece, count - at);
    world.allgather(input + at * elementBytes, width * elementBytes,
                    all.data());
    for (int64_t i = 0; i < width; ++i) {
      auto element = [&](int64_t rank) {
        return static_cast<float>(
            readElement(args.element_type, all.data(), rank * width + i));
      };
      float sum = element(members[0]);
      for (size_t m = 1; m < members.size(); ++m)
        sum = sum + element(members[m]);
      values[at + i] = static_cast<float>(roundToType(args.element_type, sum));
    }
  }
  return values;
}

void NormChecker::check(const void *normed) {
  if (!normed) {
    stats.uncheckedRows += call.rows;
    return;
  }
  normed = onHost(call.type, normed, call.rows * call.cols);
  for (int64_t row = 0; row < call.rows; ++row)
    checkRow(row, normed);
  call.values.clear();
}

void NormChecker::checkRow(int64_t row, const void *normed) {
  const float *values = call.values.data() + row * call.cols;
  double squares = 0;
  for (int64_t i = 0; i < call.cols; ++i)
    squares += double(values[i]) * values[i];
  double variance = squares / call.cols + call.norm.epsilon;
  // Beyond f32's range the contract's arithmetic saturates; squares that
  // underflow are below the bound's first term as long as 2^-100 is kept.
  if (!(squares <= FLT_MAX) || !(variance >= 0x1p-100) ||
      !(variance <= FLT_MAX)) {
    ++stats.uncheckedRows;
    return;
  }
  RowContext context;
  context.row = row;
  context.r = 1 / std::sqrt(variance);
  context.innerType =
      roundsThenScales(call.norm) ? call.type : uint32_t(CONORM_TYPE_F32);
  context.bound = normBound(call.type, call.norm, call.cols);
  for (int64_t i = 0; i < call.cols; ++i)
    checkElement(context, i, values[i],
                 readElement(call.type, normed, row * call.cols + i));
}

void NormChecker::checkElement(const RowContext &context, int64_t column,
                               double value, double found) {
  double scaled = value * context.r;
  double factor = 1;
  if (!call.weight.empty()) {
    factor = double(call.norm.weight_bias) + call.weight[column];
    // A factor that the contract rounds is exact as it is.
    if (roundsWeight(call.norm))
      factor = roundToType(call.type, static_cast<float>(factor));
  }
  if (!(std::fabs(factor) <= FLT_MAX))
    return;
  double exact = scaled * factor;
  // Infinity counts as the number that would follow the largest one.
  double top = infinityAsNumber(call.type);
  double unit = ulp(call.type, std::min(std::fabs(exact), top / 2));
  double error =
      std::fabs(std::clamp(found, -top, top) - std::clamp(exact, -top, top)) /
      unit;
  double allowed = context.bound;
  // The bound is relative; below the least normal number the inner rounding
  // has an absolute error of half a unit, which the factor scales.
  double least = std::ldexp(1.0, floatFormat(context.innerType)->minExponent());
  if (std::fabs(scaled) < least && scaled != 0)
    allowed += 0.5 * ulp(context.innerType, least) * std::fabs(factor) / unit;
  ++stats.checkedElements;
  if (!(error <= allowed)) {
    if (!stats.outOfBound++)
      std::snprintf(stats.firstOutOfBound, sizeof(stats.firstOutOfBound),
                    "%s: row %lld, column %lld: expected %.9g, found %.9g "
                    "(%.3g ulp, bound %.3g)",
                    call.label.c_str(), static_cast<long long>(context.row),
                    static_cast<long long>(column), exact, found, error,
                    allowed);
    if (std::isnan(error))
      error = HUGE_VAL;
  }
  if (stats.worstBound == 0 ||
      error * stats.worstBound > stats.worstUlps * allowed) {
    stats.worstUlps = error;
    stats.worstBound = allowed;
  }
}
