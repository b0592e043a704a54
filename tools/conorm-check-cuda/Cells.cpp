//===- Cells.cpp - Calls that are checked ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include "support/Names.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace check;
using conorm::rt::enumName;

std::string check::text(const char *fmt, ...) {
  char buffer[512];
  va_list args;
  va_start(args, fmt);
  vsnprintf(buffer, sizeof(buffer), fmt, args);
  va_end(args);
  return buffer;
}

static bool isNormFamily(const Cell &cell) {
  return cell.op == CONORM_OP_ALL_REDUCE_RMS_NORM ||
         cell.op == CONORM_OP_RMS_NORM || cell.op == CONORM_OP_ADD_RMS_NORM;
}

std::string check::describe(const Cell &cell) {
  std::string result =
      text("%s %s N=%d %lldx%lld [%lld,%lld,%lld] strategy=%u reduction=%u "
           "data=%d numerics=%u",
           conorm_op_name(cell.op), conorm_type_name(cell.type), cell.worldSize,
           (long long)cell.rows, (long long)cell.cols, (long long)cell.outer,
           (long long)cell.dim, (long long)cell.inner, cell.strategy,
           cell.reduction, cell.data, cell.numerics);
  if (isNormFamily(cell))
    result += text(" residual=%d reduced=%d residual_out=%d normed=%d post=%d "
                   "weight=%s rounding=%u",
                   cell.residual, cell.reducedOut, cell.residualOut,
                   cell.normedOut, cell.postNorm,
                   conorm_type_name(cell.norm.weight_type), cell.norm.rounding);
  if (cell.quant.scheme)
    result +=
        text(" quant=%s type=%s scale=%s layout=%u mode=%u group=%u",
             enumName<conorm_quant_scheme>(cell.quant.scheme),
             conorm_type_name(cell.quant.quantized_type),
             conorm_type_name(cell.quant.scale_type), cell.quant.scale_layout,
             cell.quant.scale_mode, cell.quant.group_size);
  return result + text(" in_place=%d shifted=%d seed=%llx", cell.inPlace,
                       cell.shifted, (unsigned long long)cell.seed);
}

//===----------------------------------------------------------------------===//
// Drawing
//===----------------------------------------------------------------------===//

static conorm_norm drawNorm(Random &random, uint32_t type) {
  static const float epsilons[] = {1e-5f, 1e-6f, 0.0f, 0.25f};
  conorm_norm norm = {};
  norm.epsilon = epsilons[random.below(4)];
  norm.rounding = uint32_t(random.below(4));
  uint64_t kind = random.below(3);
  norm.weight_type = kind == 0   ? uint32_t(CONORM_TYPE_NONE)
                     : kind == 1 ? type
                                 : uint32_t(CONORM_TYPE_F32);
  norm.weight_bias = random.oneIn(2) ? 1.0f : 0.0f;
  return norm;
}

static conorm_quant drawQuant(Random &random, int64_t cols) {
  conorm_quant quant = {};
  quant.quantized_type = CONORM_TYPE_F8E4M3FN;
  quant.scale_type = CONORM_TYPE_F32;
  switch (random.below(5)) {
  case 0:
    quant.scheme = CONORM_QUANT_PER_TENSOR;
    quant.scale_mode = uint32_t(random.below(2));
    if (random.oneIn(2))
      quant.quantized_type = CONORM_TYPE_F8E5M2;
    break;
  case 1:
    quant.scheme = CONORM_QUANT_PER_TOKEN;
    break;
  case 2: {
    static const uint32_t sizes[] = {8, 20, 40, 64, 128, 1021};
    quant.scheme = CONORM_QUANT_PER_GROUP;
    quant.group_size = sizes[random.below(6)];
    if (cols % quant.group_size != 0)
      quant.group_size = cols % 8 == 0 ? 8 : uint32_t(cols);
    if (random.oneIn(2)) {
      quant.scale_type = CONORM_TYPE_F8E8M0FNU;
      if (random.oneIn(2))
        quant.scale_layout = CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR;
    }
    break;
  }
  case 3:
    if (cols % 16 != 0)
      return drawQuant(random, cols);
    quant.scheme = CONORM_QUANT_NVFP4;
    quant.quantized_type = CONORM_TYPE_F4E2M1FN;
    quant.scale_type = CONORM_TYPE_F8E4M3FN;
    quant.scale_layout = random.oneIn(2) ? CONORM_SCALE_LAYOUT_SWIZZLED_128X4
                                         : CONORM_SCALE_LAYOUT_LINEAR;
    quant.group_size = 16;
    break;
  default:
    if (cols % 32 != 0)
      return drawQuant(random, cols);
    quant.scheme = CONORM_QUANT_MXFP8;
    quant.scale_type = CONORM_TYPE_F8E8M0FNU;
    quant.scale_layout = random.oneIn(2) ? CONORM_SCALE_LAYOUT_SWIZZLED_128X4
                                         : CONORM_SCALE_LAYOUT_LINEAR;
    quant.group_size = 32;
    break;
  }
  return quant;
}

static void drawParts(Random &random, Cell &cell) {
  cell.norm = drawNorm(random, cell.type);
  cell.normedOut = true;
  if (cell.op == CONORM_OP_RMS_NORM)
    return;
  if (cell.op == CONORM_OP_ADD_RMS_NORM) {
    cell.residual = true;
    cell.residualOut = !random.oneIn(3);
    return;
  }
  cell.residual = !random.oneIn(3);
  cell.residualOut = cell.residual && !random.oneIn(3);
  cell.reducedOut = random.oneIn(3);
  cell.postNorm = cell.residual && random.oneIn(3);
  if (cell.postNorm)
    cell.post = drawNorm(random, cell.type);
  if (random.oneIn(3))
    cell.quant = drawQuant(random, cell.cols);
  bool others = cell.residualOut || cell.reducedOut || cell.quant.scheme != 0;
  cell.normedOut = !others || !random.oneIn(3);
}

Cell check::drawCell(Random &random, int worldSize, int64_t rows,
                     int64_t cols) {
  static const uint32_t ops[] = {CONORM_OP_ALL_REDUCE,
                                 CONORM_OP_ALL_REDUCE_RMS_NORM,
                                 CONORM_OP_ALL_REDUCE_RMS_NORM,
                                 CONORM_OP_ALL_REDUCE_RMS_NORM,
                                 CONORM_OP_REDUCE_SCATTER,
                                 CONORM_OP_ALL_GATHER,
                                 CONORM_OP_RMS_NORM,
                                 CONORM_OP_ADD_RMS_NORM,
                                 CONORM_OP_QUANTIZE};
  Cell cell;
  cell.worldSize = worldSize;
  cell.rows = rows;
  cell.cols = cols;
  cell.op = ops[random.below(sizeof(ops) / sizeof(*ops))];
  cell.type = uint32_t(CONORM_TYPE_F32 + random.below(3));
  cell.strategy = uint32_t(CONORM_STRATEGY_ONE_SHOT + random.below(2));
  cell.data = Data(random.below(numData));
  cell.inPlace = random.oneIn(3);
  cell.shifted = random.oneIn(5);
  cell.site = 1 + random.below(1000);
  cell.seed = random.next();
  if (cell.op == CONORM_OP_ALL_REDUCE || cell.op == CONORM_OP_REDUCE_SCATTER)
    cell.reduction = random.oneIn(2) ? 0 : uint32_t(random.below(4));
  int64_t n = worldSize;
  bool inner = random.oneIn(2);
  if (cell.op == CONORM_OP_REDUCE_SCATTER) {
    cell.outer = inner ? rows : 1;
    cell.dim = inner ? (cols + n - 1) / n * n : (rows + n - 1) / n * n;
    cell.inner = inner ? 1 : cols;
  } else if (cell.op == CONORM_OP_ALL_GATHER) {
    cell.outer = inner ? rows : 1;
    cell.dim = inner ? cols : rows;
    cell.inner = inner ? 1 : cols;
  } else if (cell.op == CONORM_OP_QUANTIZE) {
    cell.quant = drawQuant(random, cols);
  }
  if (isNormFamily(cell))
    drawParts(random, cell);
  return cell;
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static int64_t elementsIn(const Cell &cell) {
  if (cell.op == CONORM_OP_REDUCE_SCATTER || cell.op == CONORM_OP_ALL_GATHER)
    return cell.outer * cell.dim * cell.inner;
  return cell.rows * cell.cols;
}

static int64_t blocksPerRow(const Cell &cell) {
  switch (cell.quant.scheme) {
  case CONORM_QUANT_PER_TOKEN:
    return 1;
  case CONORM_QUANT_PER_GROUP:
  case CONORM_QUANT_NVFP4:
  case CONORM_QUANT_MXFP8:
    return cell.cols / cell.quant.group_size;
  default:
    return 0;
  }
}

static int64_t scalesBytes(const Cell &cell) {
  int64_t blocks = blocksPerRow(cell);
  int64_t columns = (blocks + 3) / 4;
  if (cell.quant.scale_layout == CONORM_SCALE_LAYOUT_SWIZZLED_128X4)
    return (cell.rows + 127) / 128 * columns * 512;
  if (cell.quant.scale_layout == CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR)
    return (cell.rows + 3) / 4 * columns * 16;
  return cell.rows * conorm_type_bytes(cell.quant.scale_type, blocks);
}

int64_t check::bytesOf(const Cell &cell, Slot slot) {
  if (slot != slotScale && slot != slotScales && !isPresent(cell, slot))
    return 0;
  int64_t count = elementsIn(cell);
  int64_t bytes = conorm_type_bytes(cell.type, count);
  switch (slot) {
  case slotInput:
  case slotResidual:
  case slotReduced:
  case slotResidualOut:
  case slotNormed:
    return bytes;
  case slotWeight:
    return conorm_type_bytes(cell.norm.weight_type, cell.cols);
  case slotPostWeight:
    return conorm_type_bytes(cell.post.weight_type, cell.cols);
  case slotScale:
    return cell.quant.scheme == CONORM_QUANT_PER_TENSOR ||
                   cell.quant.scheme == CONORM_QUANT_NVFP4
               ? 4
               : 0;
  case slotOutput:
    if (cell.op == CONORM_OP_ALL_REDUCE)
      return bytes;
    if (cell.op == CONORM_OP_REDUCE_SCATTER)
      return bytes / cell.worldSize;
    return bytes * cell.worldSize;
  case slotQuantized:
    return cell.rows * conorm_type_bytes(cell.quant.quantized_type, cell.cols);
  case slotScales:
    return cell.quant.scheme ? scalesBytes(cell) : 0;
  default:
    return 0;
  }
}

bool check::isPresent(const Cell &cell, Slot slot) {
  switch (slot) {
  case slotInput:
    return true;
  case slotResidual:
    return cell.residual;
  case slotWeight:
    return cell.norm.weight_type != CONORM_TYPE_NONE;
  case slotPostWeight:
    return cell.post.weight_type != CONORM_TYPE_NONE;
  case slotOutput:
    return cell.op == CONORM_OP_ALL_REDUCE ||
           cell.op == CONORM_OP_REDUCE_SCATTER ||
           cell.op == CONORM_OP_ALL_GATHER;
  case slotReduced:
    return cell.reducedOut;
  case slotResidualOut:
    return cell.residualOut;
  case slotNormed:
    return cell.normedOut;
  case slotQuantized:
    return cell.quant.scheme != CONORM_QUANT_NONE;
  default: // the scale, and what is computed of them
    return bytesOf(cell, slot) > 0;
  }
}

bool check::isOutput(Slot slot) { return slot >= slotOutput; }

Slot check::homeOf(const Cell &cell, Slot slot) {
  if (!cell.inPlace)
    return slot;
  bool sameShape = cell.op == CONORM_OP_ALL_REDUCE || cell.worldSize == 1;
  if (slot == slotOutput && sameShape)
    return slotInput;
  if (slot == slotResidualOut && cell.residual)
    return slotResidual;
  if (slot == slotNormed)
    return slotInput;
  return slot;
}

//===----------------------------------------------------------------------===//
// Calling
//===----------------------------------------------------------------------===//

/// Arguments with what every call has.
template <typename Args>
static Args begin(const Cell &cell, const conorm_site &site) {
  Args args = {};
  args.struct_size = sizeof(args);
  args.element_type = cell.type;
  args.site = &site;
  return args;
}

/// Arguments with what every collective has.
template <typename Args>
static Args beginCollective(const Cell &cell, const conorm_site &site) {
  Args args = begin<Args>(cell, site);
  args.group = &worldGroup();
  args.strategy = cell.strategy;
  args.numerics = cell.numerics;
  return args;
}

static conorm_status callFused(conorm_context *context, const Cell &cell,
                               const Buffers &at, const conorm_site &site) {
  auto args = beginCollective<conorm_all_reduce_rms_norm_args>(cell, site);
  args.input = at.at[slotInput];
  args.residual = at.at[slotResidual];
  args.scale = at.at[slotScale];
  args.reduced = at.at[slotReduced];
  args.residual_out = at.at[slotResidualOut];
  args.normed = at.at[slotNormed];
  args.quantized = at.at[slotQuantized];
  args.scales = at.at[slotScales];
  args.rows = cell.rows;
  args.cols = cell.cols;
  args.norm = cell.norm;
  args.norm.weight = at.at[slotWeight];
  args.quant = cell.quant;
  args.has_post_norm = cell.postNorm;
  args.post_norm = cell.post;
  args.post_norm.weight = at.at[slotPostWeight];
  return conorm_all_reduce_rms_norm(context, &args);
}

static conorm_status callAllReduce(conorm_context *context, const Cell &cell,
                                   const Buffers &at, const conorm_site &site) {
  auto args = beginCollective<conorm_all_reduce_args>(cell, site);
  args.reduction = cell.reduction;
  args.input = at.at[slotInput];
  args.output = at.at[slotOutput];
  args.count = cell.rows * cell.cols;
  return conorm_all_reduce(context, &args);
}

static conorm_status callScatterGather(conorm_context *context,
                                       const Cell &cell, const Buffers &at,
                                       const conorm_site &site) {
  auto args = beginCollective<conorm_scatter_gather_args>(cell, site);
  args.reduction = cell.reduction;
  args.input = at.at[slotInput];
  args.output = at.at[slotOutput];
  args.outer = cell.outer;
  args.dim = cell.dim;
  args.inner = cell.inner;
  return cell.op == CONORM_OP_ALL_GATHER
             ? conorm_all_gather(context, &args)
             : conorm_reduce_scatter(context, &args);
}

static conorm_status callNorm(conorm_context *context, const Cell &cell,
                              const Buffers &at, const conorm_site &site) {
  auto args = begin<conorm_rms_norm_args>(cell, site);
  args.input = at.at[slotInput];
  args.residual = at.at[slotResidual];
  args.residual_out = at.at[slotResidualOut];
  args.normed = at.at[slotNormed];
  args.rows = cell.rows;
  args.cols = cell.cols;
  args.norm = cell.norm;
  args.norm.weight = at.at[slotWeight];
  // Half of the rows, in groups with as many rows between.
  if (cell.seed % 2 && cell.rows && cell.rows % 4 == 0 && !cell.inPlace) {
    args.rows /= 2;
    args.input_group_rows = cell.seed % 4 == 1 ? 1 : 2;
    args.input_group_stride = 2 * args.input_group_rows * cell.cols;
  }
  return conorm_rms_norm(context, &args);
}

static conorm_status callQuantize(conorm_context *context, const Cell &cell,
                                  const Buffers &at, const conorm_site &site) {
  auto args = begin<conorm_quantize_args>(cell, site);
  args.input = at.at[slotInput];
  args.scale = at.at[slotScale];
  args.quantized = at.at[slotQuantized];
  args.scales = at.at[slotScales];
  args.rows = cell.rows;
  args.cols = cell.cols;
  args.quant = cell.quant;
  return conorm_quantize(context, &args);
}

conorm_status check::call(conorm_context *context, const Cell &cell,
                          const Buffers &at) {
  conorm_site site = {sizeof(site), 0, cell.site, cell.label};
  switch (cell.op) {
  case CONORM_OP_ALL_REDUCE:
    return callAllReduce(context, cell, at, site);
  case CONORM_OP_REDUCE_SCATTER:
  case CONORM_OP_ALL_GATHER:
    return callScatterGather(context, cell, at, site);
  case CONORM_OP_RMS_NORM:
  case CONORM_OP_ADD_RMS_NORM:
    return callNorm(context, cell, at, site);
  case CONORM_OP_QUANTIZE:
    return callQuantize(context, cell, at, site);
  default:
    return callFused(context, cell, at, site);
  }
}
