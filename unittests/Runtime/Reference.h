//===- Reference.h - Scalar transcription of the contract -------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/RoundingContract.md as plain loops, to be read beside it. It shares
// nothing with the runtime but the enumerators of the ABI: the conversions are
// done with the numbers themselves, not with their bits.
//
// A value of type T is held in a float, which all three types fit in.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_REFERENCE_H
#define CONORM_UNITTESTS_RUNTIME_REFERENCE_H

#include "conorm-runtime/types.h"

#include <vector>

namespace conorm::reference {

/// A row, or a whole tensor in row-major order.
using Values = std::vector<float>;

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

/// The element `index` of a buffer of type T, and the reverse. `value` is one
/// that T has.
float load(uint32_t type, const void *buffer, int64_t index);
void store(uint32_t type, void *buffer, int64_t index, float value);
Values loadAll(uint32_t type, const void *buffer, int64_t count);
void storeAll(uint32_t type, void *buffer, const Values &values);

/// T(x): round to nearest even; overflow gives infinity; NaN stays NaN.
float round(uint32_t type, float x);

/// Whether two values of T count as the same, rule R6: equal bits, or both NaN.
bool same(float a, float b);

//===----------------------------------------------------------------------===//
// R1 to R4
//===----------------------------------------------------------------------===//

/// R1: operands[r] is the element of member r.
float reduce(uint32_t type, uint32_t reduction, const Values &operands);

/// R2.
float addResidual(uint32_t type, float reduced, float residual);

/// R3: the sum of squares, and 1 / sqrt(mean + epsilon).
float sumOfSquares(const Values &row);
float inverseRms(const Values &row, float epsilon);

/// A norm. An empty weight is none; then the bias is not used.
struct Norm {
  float epsilon = 1e-6f;
  float weightBias = 0.0f;
  uint32_t rounding = CONORM_ROUNDING_SCALE_THEN_ROUND;
  Values weight;
};

/// R3 and R4 on one row.
Values rmsNorm(uint32_t type, const Values &row, const Norm &norm);

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// comm.all_reduce; inputs[r] is member r's tensor. Every member gets this.
Values allReduce(uint32_t type, uint32_t reduction,
                 const std::vector<Values> &inputs);

/// comm.reduce_scatter and comm.all_gather on [outer, dim, inner].
Values reduceScatter(uint32_t type, uint32_t reduction,
                     const std::vector<Values> &inputs, int64_t outer,
                     int64_t dim, int64_t inner, int member);
Values allGather(const std::vector<Values> &inputs, int64_t outer, int64_t dim,
                 int64_t inner);

/// norm.add_rms_norm on one row, and comm.all_reduce_rms_norm on one row of
/// every member. Without a residual `residualOut` is what the norm reads.
struct FusedRow {
  Values reduced;
  Values residualOut;
  Values normed;
};
FusedRow addRmsNorm(uint32_t type, const Values &input, const Values &residual,
                    const Norm &norm);
FusedRow allReduceRmsNorm(uint32_t type, const std::vector<Values> &inputs,
                          const Values *residual, const Norm *postNorm,
                          const Norm &norm);

//===----------------------------------------------------------------------===//
// Exact mathematics, as near as float64 comes
//===----------------------------------------------------------------------===//

/// The norm of one row; a factor that R4 rounds to T counts as exact.
std::vector<double> rmsNormFloat64(uint32_t type, const Values &row,
                                   const Norm &norm);

/// Distance from `exact` in units of the last place that T has at `exact`.
/// Infinity stands for the number that would follow T's largest.
double errorInUlps(uint32_t type, double exact, float found);

} // namespace conorm::reference

#endif // CONORM_UNITTESTS_RUNTIME_REFERENCE_H
