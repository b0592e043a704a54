//===- Products.cpp - Random products of matrices -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Products.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace check;

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Format check::formatOf(uint32_t type) {
  switch (type) {
  case CONORM_TYPE_F32:
    return {32, 23, 127};
  case CONORM_TYPE_F16:
    return {16, 10, 15};
  case CONORM_TYPE_BF16:
    return {16, 7, 127};
  case CONORM_TYPE_F8E4M3FN:
    return {8, 3, 7};
  default:
    return {8, 2, 15};
  }
}

/// The bits of a value that is drawn from what the format has without denormals
/// or overflow: rounded to it towards zero.
static uint32_t encode(Format format, double value) {
  if (value == 0)
    return 0;
  int exponent;
  double fraction = frexp(fabs(value), &exponent); // in [0.5, 1)
  uint32_t digits = uint32_t(ldexp(fraction, format.fraction + 1));
  uint32_t mask = (1u << format.fraction) - 1;
  uint32_t biased = uint32_t(exponent - 1 + format.bias);
  return (value < 0 ? 1u << (format.bits - 1) : 0) | biased << format.fraction |
         (digits & mask);
}

static double decode(Format format, uint32_t bits) {
  uint32_t mask = (1u << format.fraction) - 1;
  int biased = int(bits >> format.fraction &
                   ((1u << (format.bits - 1 - format.fraction)) - 1));
  double digits = double(bits & mask) + (biased ? double(mask + 1) : 0);
  double value =
      ldexp(digits, (biased ? biased : 1) - format.bias - format.fraction);
  return bits >> (format.bits - 1) ? -value : value;
}

/// Of the output's format at `value`: what rounding may change.
static double halfUnit(Format format, double value) {
  int exponent;
  frexp(value, &exponent);
  int least = 2 - format.bias; // of normal numbers, as frexp has it
  return ldexp(0.5, std::max(exponent, least) - 1 - format.fraction);
}

double Operand::value(int64_t index) const {
  Format format = formatOf(type);
  uint32_t bits = 0;
  memcpy(&bits, host.data() + index * format.bytes(), format.bytes());
  return decode(format, bits);
}

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

bool check::isF8(uint32_t type) { return type == e4m3 || type == e5m2; }

std::string check::describe(const Product &p) {
  return text("batch %lld, %lld x %lld x %lld, %s * %s -> %s%s%s%s, scales %u "
              "%u, strides %lld %lld %lld, offsets %lld %lld %lld, %s",
              (long long)p.batch, (long long)p.m, (long long)p.n,
              (long long)p.k, conorm_type_name(p.lhs.type),
              conorm_type_name(p.rhs.type), conorm_type_name(p.output.type),
              p.lhsTransposed ? ", lhs transposed" : "",
              p.rhsTransposed ? ", rhs transposed" : "",
              p.hasInit ? (p.inPlace ? ", init in place" : ", init") : "",
              p.lhsScaleKind, p.rhsScaleKind, (long long)p.lhs.rowStride,
              (long long)p.rhs.rowStride, (long long)p.output.rowStride,
              (long long)p.lhs.offset, (long long)p.rhs.offset,
              (long long)p.output.offset, p.integers ? "integers" : "reals");
}

static int64_t drawSize(Random &random, int64_t most, int64_t unit) {
  int64_t size = 1 + int64_t(random.below(uint64_t(most)));
  if (random.oneIn(3)) // powers of two, and next to them
    size = (int64_t(1) << random.below(10)) + int64_t(random.below(3)) - 1;
  return std::max(unit, std::min(size, most) / unit * unit);
}

/// `unit`: elements that strides and the offset are multiples of.
static Operand drawOperand(Random &random, uint32_t type, int64_t batch,
                           int64_t rows, int64_t cols, int64_t unit,
                           bool mayShare) {
  Operand operand;
  operand.type = type;
  operand.batch = batch;
  operand.rows = rows;
  operand.cols = cols;
  operand.rowStride =
      cols + (random.oneIn(3) ? unit * int64_t(1 + random.below(40)) : 0);
  operand.batchStride =
      batch == 1 ? 0
                 : rows * operand.rowStride +
                       (random.oneIn(2) ? unit * int64_t(random.below(9)) : 0);
  if (mayShare && random.oneIn(4))
    operand.batchStride = 0;
  operand.offset = random.oneIn(3) ? unit * int64_t(random.below(5)) : 0;
  return operand;
}

static void drawValues(Random &random, Operand &operand, bool integers) {
  Format format = formatOf(operand.type);
  operand.host.resize(size_t(operand.elements()) * format.bytes());
  for (int64_t i = 0; i < operand.elements(); ++i) {
    double value =
        integers ? double(int64_t(random.below(5)) - 2)
                 : ldexp(double(int64_t(random.next() >> 40)) - (1 << 23), -23);
    // Denormals of the smaller types are of no interest here.
    if (fabs(value) < 0.02)
      value = 0;
    uint32_t bits = encode(format, value);
    memcpy(operand.host.data() + i * format.bytes(), &bits, format.bytes());
  }
}

static std::vector<float> drawScales(Random &random, uint32_t kind,
                                     int64_t size, bool integers) {
  std::vector<float> scales(kind == CONORM_MATMUL_SCALE_NONE     ? 0
                            : kind == CONORM_MATMUL_SCALE_SCALAR ? 1
                                                                 : size);
  for (float &scale : scales)
    scale = integers ? ldexpf(1.0f, int(random.below(5)) - 2)
                     : float(double(random.next() >> 40) * 1e-7 + 1e-3);
  return scales;
}

Product check::drawProduct(Random &random, int index) {
  const TypeRow &types = typeRows[index % numTypeRows];
  bool small = isF8(types.lhs);
  int64_t unit = small ? 16 : 1;
  Product p;
  p.integers = index / numTypeRows % 2;
  p.batch = random.oneIn(3) ? 2 + int64_t(random.below(4)) : 1;
  p.m = drawSize(random, 512, 1);
  p.n = drawSize(random, p.batch > 1 ? 300 : 1200, unit);
  p.k = drawSize(random, p.batch > 1 ? 300 : 1200, unit);
  p.lhsTransposed = !small && random.oneIn(2);
  p.rhsTransposed = small || random.oneIn(2);
  p.hasInit = random.oneIn(3) && (!small || types.output == f32);
  p.inPlace = random.oneIn(2);
  p.lhs = drawOperand(random, types.lhs, p.batch, p.lhsTransposed ? p.k : p.m,
                      p.lhsTransposed ? p.m : p.k, unit, true);
  p.rhs = drawOperand(random, types.rhs, p.batch, p.rhsTransposed ? p.n : p.k,
                      p.rhsTransposed ? p.k : p.n, unit, true);
  p.output = drawOperand(random, types.output, p.batch, p.m, p.n, unit, false);
  p.init = p.inPlace ? p.output
                     : drawOperand(random, types.output, p.batch, p.m, p.n,
                                   unit, false);
  if (small) {
    p.lhsScaleKind = uint32_t(random.below(3));
    p.rhsScaleKind = uint32_t(random.below(3));
  }
  p.lhsScale = drawScales(random, p.lhsScaleKind, p.m, p.integers);
  p.rhsScale = drawScales(random, p.rhsScaleKind, p.n, p.integers);
  for (Operand *operand : {&p.lhs, &p.rhs, &p.init})
    drawValues(random, *operand, p.integers);
  return p;
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

static std::string compareElement(const Product &p, int64_t b, int64_t i,
                                  int64_t j, double found, Worst &worst) {
  double sum = 0, size = 0;
  for (int64_t l = 0; l < p.k; ++l) {
    double term = p.lhs.value(p.lhs.at(b, p.lhsTransposed ? l : i,
                                       p.lhsTransposed ? i : l)) *
                  p.rhs.value(p.rhs.at(b, p.rhsTransposed ? j : l,
                                       p.rhsTransposed ? l : j));
    sum += term;
    size += fabs(term);
  }
  double scale = p.scaleOf(p.lhsScale, i) * p.scaleOf(p.rhsScale, j);
  double init = p.hasInit ? p.init.value(p.init.at(b, i, j)) : 0;
  double expected = sum * scale + init;
  double total = size * fabs(scale) + fabs(init);
  double bound = double(p.k + 4) * 0x1p-23 * total;
  if (isF8(p.lhs.type))
    bound += double(std::min<int64_t>(p.k, 128) + 4) * 0x1p-13 * total;
  if (p.integers)
    bound = 0;
  double error = fabs(found - expected);
  // What rounding to the output's type may add.
  double rounding = halfUnit(formatOf(p.output.type), fabs(expected) + bound);
  if (!(error <= bound + rounding))
    return text("[%lld, %lld, %lld] is %.9g, expected %.9g within %.3g and the "
                "rounding",
                (long long)b, (long long)i, (long long)j, found, expected,
                bound);
  if (!p.integers && total > 0) {
    worst.ofBound = std::max(worst.ofBound, error / (bound + rounding));
    double ofSum = std::max(0.0, error - rounding) / total;
    if (ofSum > worst.ofSum) {
      worst.ofSum = ofSum;
      worst.product = describe(p);
    }
  }
  return "";
}

/// Everything that a row does not have is poison still.
static std::string compareGaps(const Product &p,
                               const std::vector<char> &found) {
  int size = formatOf(p.output.type).bytes();
  std::vector<bool> written(size_t(p.output.elements()));
  for (int64_t b = 0; b < p.batch; ++b)
    for (int64_t i = 0; i < p.m; ++i)
      for (int64_t j = 0; j < p.n; ++j)
        written[size_t(p.output.at(b, i, j))] = true;
  for (size_t i = 0; i < found.size(); ++i)
    if (!written[i / size_t(size)] && uint8_t(found[i]) != poison)
      return text("byte %zu outside of the rows was written", i);
  return "";
}

std::string check::compareOutput(const Product &p,
                                 const std::vector<char> &found, Random &random,
                                 Worst &worst) {
  Operand output = p.output;
  output.host = found;
  if (std::string gap = compareGaps(p, found); !gap.empty())
    return gap;
  // All elements of small products, and some of large ones.
  int64_t all = p.batch * p.m * p.n;
  constexpr int64_t most = 3000000;
  int64_t count =
      std::max<int64_t>(1, std::min(all, most / std::max<int64_t>(1, p.k)));
  for (int64_t c = 0; c < count; ++c) {
    int64_t index = count == all ? c : int64_t(random.below(uint64_t(all)));
    int64_t b = index / (p.m * p.n), i = index / p.n % p.m, j = index % p.n;
    std::string difference =
        compareElement(p, b, i, j, output.value(output.at(b, i, j)), worst);
    if (!difference.empty())
      return difference;
  }
  return "";
}
