//===- Epilogue.cpp - What follows the reduction in the fused operation ---===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"

#include <algorithm>
#include <cstring>
#include <utility>

using namespace conorm::rt;

/// Short rows are reduced several at a time, so that the cost of a call to a
/// kernel is spread; about half of a first-level cache.
static constexpr int64_t pieceElements = 4096;

Epilogue::Epilogue(const conorm_all_reduce_rms_norm_args &args,
                   std::vector<char> &scratch)
    : args(args), elementBytes(conorm_type_bytes(args.element_type, 1)),
      pieceRows(args.has_post_norm
                    ? 1
                    : std::max<int64_t>(
                          1, pieceElements / std::max<int64_t>(args.cols, 1))),
      quantizer(args.element_type, args.quant, args.scale, args.rows, args.cols,
                args.quantized, args.scales) {
  value = args.residual_out ? args.residual_out
          : args.normed     ? args.normed
                            : nullptr;
  if (!args.residual && args.reduced)
    value = args.reduced;
  valueIsAside = !value && quantizer;
  size_t row = size_t(args.cols) * elementBytes;
  size_t needed = 0;
  auto reserve = [&](int64_t rows) {
    return std::exchange(needed, needed + rows * row);
  };
  size_t reducedAt = reserve(args.has_post_norm ? 1 : 0);
  size_t firstNormAt = reserve(args.has_post_norm ? 1 : 0);
  size_t asideAt = reserve(valueIsAside ? pieceRows : 0);
  size_t normedAt = reserve(quantizer && !args.normed ? 1 : 0);
  if (scratch.size() < needed)
    scratch.resize(needed);
  reducedRow = scratch.data() + reducedAt;
  firstNormRow = scratch.data() + firstNormAt;
  normedRow = scratch.data() + normedAt;
  if (valueIsAside)
    value = scratch.data() + asideAt;
}

void Epilogue::consume(int64_t offset, int64_t count,
                       const void *const *sources, int numSources,
                       Claim claim) {
  if (count == 0)
    return;
  const void *advanced[CONORM_MAX_WORLD_SIZE];
  std::copy(sources, sources + numSources, advanced);
  int64_t first = offset;
  char *const firstClaimed = claim.begin;
  for (int64_t end = offset + count; offset < end;) {
    int64_t row = offset / args.cols;
    int64_t nextPiece = (row / pieceRows + 1) * pieceRows;
    int64_t piece = std::min(end, nextPiece * args.cols) - offset;
    reducePiece(offset, piece, advanced, numSources);
    offset += piece;
    if (claim.isRead)
      claim.begin =
          std::max(claim.begin, firstClaimed + (offset - first) * elementBytes);
    for (; (nextRow + 1) * args.cols <= offset; ++nextRow)
      finishRow(nextRow, claim.split(end / args.cols - nextRow));
    for (int i = 0; i < numSources; ++i)
      advanced[i] =
          static_cast<const char *>(advanced[i]) + piece * elementBytes;
  }
}

void Epilogue::reducePiece(int64_t offset, int64_t count,
                           const void *const *sources, int numSources) {
  if (args.has_post_norm)
    return reduceRowPiece(offset, count, sources, numSources);
  void *reduced = args.reduced ? at(args.reduced, offset) : nullptr;
  // Without a residual, v is the reduced value itself; without an output for
  // the sum, nobody asked for it.
  if (!args.residual || !value)
    return reduceOrdered(args.element_type, CONORM_REDUCTION_SUM, sources,
                         numSources, args.residual ? reduced : valueAt(offset),
                         count);
  const char *residual =
      static_cast<const char *>(args.residual) + offset * elementBytes;
  reduceAddOrdered(args.element_type, sources, numSources, residual, reduced,
                   valueAt(offset), count);
}

/// The first norm needs the whole row before anything is added, and `reduced`
/// may be the residual's buffer: the row is kept aside.
void Epilogue::reduceRowPiece(int64_t offset, int64_t count,
                              const void *const *sources, int numSources) {
  reduceOrdered(args.element_type, CONORM_REDUCTION_SUM, sources, numSources,
                reducedRow + offset % args.cols * elementBytes, count);
}

void Epilogue::finishRow(int64_t row, const Claim &claim) {
  if (args.has_post_norm)
    finishSandwich(row, claim);
  else
    finishNorm(row, claim);
}

void Epilogue::finishSandwich(int64_t row, const Claim &claim) {
  int64_t first = row * args.cols;
  if (value) {
    rmsNormRow(args.element_type, reducedRow, firstNormRow, args.cols,
               args.post_norm);
    const char *residual =
        static_cast<const char *>(args.residual) + first * elementBytes;
    addRounded(args.element_type, firstNormRow, residual, valueAt(first),
               args.cols);
  }
  finishNorm(row, claim);
  if (args.reduced)
    memcpy(at(args.reduced, first), reducedRow, args.cols * elementBytes);
}

void Epilogue::finishNorm(int64_t row, const Claim &claim) {
  int64_t first = row * args.cols;
  if (!args.normed && !quantizer)
    return;
  char *normed = args.normed ? at(args.normed, first) : normedRow;
  rmsNormRow(args.element_type, valueAt(first), normed, args.cols, args.norm,
             claim);
  if (quantizer)
    quantizer.quantizeRow(row, normed);
}
