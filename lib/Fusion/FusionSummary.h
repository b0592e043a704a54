//===- FusionSummary.h - What became of the collectives ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_FUSION_FUSIONSUMMARY_H
#define CONORM_LIB_FUSION_FUSIONSUMMARY_H

#include "conorm/Fusion/FusionSummary.h"
#include "mlir/IR/DialectInterface.h"
#include "llvm/ADT/MapVector.h"
#include <mutex>

namespace conorm::fusion {

/// The counts of a context; the `comm` dialect keeps it.
class FusionSummary : public mlir::DialectInterface::Base<FusionSummary> {
public:
  FusionSummary(mlir::Dialect *dialect, std::string tool)
      : Base(dialect), tool(std::move(tool)) {}
  ~FusionSummary() override;

  /// Adds what one run of the fusion on `root` saw,
  /// and whether remarks tell about it.
  void add(mlir::Operation *root, const FusionCounts &counts, bool explained);
  FusionCounts get() const;

private:
  std::string tool;
  /// The fusion may run on several functions at a time.
  mutable std::mutex mutex;
  /// A second run sees again what the first one left.
  llvm::MapVector<mlir::Operation *, FusionCounts> runs;
  /// Nobody needs to be told how to see remarks.
  bool isExplained = false;
};

/// That of `context`; null if nobody asked for it.
FusionSummary *getFusionSummary(mlir::MLIRContext *context);

/// The collectives inside `root` that are not fused yet.
FusionCounts countCollectives(mlir::Operation *root);

} // namespace conorm::fusion

#endif // CONORM_LIB_FUSION_FUSIONSUMMARY_H
