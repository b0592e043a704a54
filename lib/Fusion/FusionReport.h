//===- FusionReport.h - What the fusion says of each site -------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the fusion says of each site: remarks, and a summary of them.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_FUSION_FUSIONREPORT_H
#define CONORM_LIB_FUSION_FUSIONREPORT_H

#include "ReshapedSites.h"
#include <map>

namespace conorm::fusion {

using raise::Reason;

class FusionReport {
public:
  FusionReport(mlir::MLIRContext *context, bool printed);

  /// Whether somebody reads it: a remark engine, or the summary if it is
  /// printed. Otherwise nothing is looked at, since reasons cost time.
  bool isWanted() const { return wanted; }

  /// Whether remarks of what was missed are shown.
  bool isShown() const { return shown; }

  void addFused(comm::AllReduceRMSNormOp fused);
  void addMissed(comm::AllReduceOp reduce, RankEquality &ranks);
  /// Another collective, `name`, of any dialect.
  void addMissedCollective(mlir::Operation *op, llvm::StringRef name);
  /// A sandwich whose first norm is fused alone, if it is at all.
  void addMissedSandwich(mlir::Operation *norm);
  /// A quantization of a fused norm that stays behind it.
  void addMissedQuantize(norm::QuantizeOp quantize);

  /// Arithmetic that quantizes a norm, but as no scheme does.
  void addMissedChain(mlir::Operation *root);

  /// Emits the analysis remark that counts all.
  void remarkSummary(mlir::Operation *root) const;
  void print(llvm::raw_ostream &os) const;

private:
  /// How often each name of a kind or a constraint came up.
  using Counts = std::map<std::string, unsigned>;

  void addMissed(mlir::Operation *op, llvm::StringRef what, Reason reason,
                 Counts &counts);

  bool wanted;
  bool shown = false;
  /// All that were missed, and those of them that are no comm.all_reduce.
  unsigned numFused = 0, numMissed = 0, numOthers = 0;
  Counts fusedKinds, missedSites, missedSandwiches, missedQuantizations;
};

} // namespace conorm::fusion

#endif // CONORM_LIB_FUSION_FUSIONREPORT_H
