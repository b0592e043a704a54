//===- RowSharing.h - Each member finishes a part of the rows ---*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CPU_ROWSHARING_H
#define CONORM_RUNTIME_LIB_CPU_ROWSHARING_H

#include "control/Communicator.h"
#include "Epilogue.h"

namespace conorm::rt {

/// two_shot of the fused operation where its operands besides the input are
/// replicated: every member posts the rows of the others, finishes its own
/// (reduction, residual, norm, quantization), and posts what came out. So each
/// row is finished once instead of by every member, for the price of moving all
/// results instead of the reduced value.
class RowSharing {
public:
  RowSharing(Communicator &group, const conorm_all_reduce_rms_norm_args &args);

  /// How many rows the members finish in a step, 0 if they do not share: a
  /// function of what is equal on all members, so that all say the same.
  int64_t rowsPerStep() const { return chunkRows; }

  /// The whole call. `epilogue` is of the same arguments.
  Error run(Epilogue &epilogue);

private:
  /// A result, row by row.
  struct Part {
    char *data;
    int64_t rowBytes;
  };
  /// The rows [begin, end) of a chunk that a member finishes.
  struct Share {
    int64_t begin, end;
    int64_t rows() const { return end - begin; }
  };

  void addPart(void *data, int64_t rowBytes);
  Share shareOf(int member, int64_t chunk) const {
    return {chunk * member / group.size(), chunk * (member + 1) / group.size()};
  }
  void postInputs(const char *input, int64_t chunk);
  void finishRows(Epilogue &epilogue, int64_t first, int64_t chunk);
  void postResults(int64_t first, int64_t chunk);
  void takeResults(int64_t first, int64_t chunk);

  Communicator &group;
  const conorm_all_reduce_rms_norm_args &args;
  int64_t rowBytes;
  static constexpr int maxParts = 5;
  Part parts[maxParts];
  int numParts = 0;
  /// Bytes of the results of a row.
  int64_t resultBytes = 0;
  /// Rows of which inputs and results fit the slots, as many for each member; 0
  /// if they are not shared.
  int64_t chunkRows = 0;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CPU_ROWSHARING_H
