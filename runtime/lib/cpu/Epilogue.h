//===- Epilogue.h - What follows the reduction ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CPU_EPILOGUE_H
#define CONORM_RUNTIME_LIB_CPU_EPILOGUE_H

#include "support/Error.h"
#include "numerics/Numerics.h"
#include "numerics/Quantize.h"

#include "conorm-runtime/ops.h"

#include <vector>

namespace conorm::rt {

/// Consumes the reduction piece by piece, in order, and finishes each row as
/// soon as its last element is there, while the row is in the cache.
///
/// The value v that the norm reads (R3) is kept in the first of residual_out,
/// normed and reduced that can hold it: normed is overwritten in place, row by
/// row. Where there is none of them, it is kept aside for the rows of a piece,
/// until they are quantized. Outputs may be the same buffers as the input or
/// the residual: a piece overwrites only elements that have been read for the
/// last time.
class Epilogue {
public:
  /// `scratch` holds what no output can; it grows to a piece and some rows.
  Epilogue(const conorm_all_reduce_rms_norm_args &args,
           std::vector<char> &scratch);

  /// Reduces elements [offset, offset + count) from `sources`, which point to
  /// the element `offset`, and finishes the rows that are complete then; takes
  /// `claim` while it does.
  void consume(int64_t offset, int64_t count, const void *const *sources,
               int numSources, Claim claim);

  /// Goes on with `row`, leaving out those before it.
  void skipTo(int64_t row) { nextRow = row; }

private:
  void reducePiece(int64_t offset, int64_t count, const void *const *sources,
                   int numSources);
  void reduceRowPiece(int64_t offset, int64_t count, const void *const *sources,
                      int numSources);
  void finishRow(int64_t row, const Claim &claim);
  void finishSandwich(int64_t row, const Claim &claim);
  void finishNorm(int64_t row, const Claim &claim);

  /// Where v's element is.
  char *valueAt(int64_t element) const {
    int64_t piece = pieceRows * args.cols;
    return at(value, valueIsAside ? element % piece : element);
  }

  char *at(void *buffer, int64_t element) const {
    return static_cast<char *>(buffer) + element * elementBytes;
  }

  const conorm_all_reduce_rms_norm_args &args;
  int64_t elementBytes;
  /// Elements reduced at a time: whole rows, or a part of one.
  int64_t pieceRows;
  /// Where v is kept; null if only `reduced` is made of it.
  void *value;
  bool valueIsAside = false;
  Quantizer quantizer;
  /// The normed row that is quantized but not kept.
  char *normedRow = nullptr;
  /// The sandwich: the row being reduced, and the first norm's result.
  char *reducedRow = nullptr;
  char *firstNormRow = nullptr;
  int64_t nextRow = 0;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CPU_EPILOGUE_H
