//===- ReshapedSites.h - Sites with reshapes in them ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sites of the fusion with reshapes in them, and the guards on moving these out
// of the way.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_FUSION_RESHAPEDSITES_H
#define CONORM_LIB_FUSION_RESHAPEDSITES_H

#include "../Raise/Reshapes.h"
#include "Fusion.h"
#include "llvm/ADT/DenseSet.h"
#include <memory>

namespace conorm::fusion {

/// Whether a norm reads the result of `reduce` in the shape that it has, and
/// can be fused with it. It comes before one that reads the result behind
/// reshapes.
bool isFusedAsItIs(comm::AllReduceOp reduce);

/// The site that `norm` ends, with the reshapes that stand in it, if it is one:
/// they begin behind the all_reduce, or behind the first norm of a sandwich.
std::optional<Site> getReshapedSite(mlir::Operation *norm);

/// Knows which values all ranks have alike.
class RankEquality {
public:
  /// For operations inside `root`.
  explicit RankEquality(mlir::Operation *root) : root(root) {}

  /// Whether all members of its group have the same `value`, which an operation
  /// of `site` uses.
  bool isEqual(mlir::Value value, llvm::ArrayRef<mlir::Operation *> site);

private:
  bool isEqualArgument(mlir::BlockArgument argument);

  mlir::Operation *root;
  /// Functions whose arguments nothing inside the module passes.
  std::optional<llvm::DenseSet<mlir::Operation *>> entries;
};

/// The guards of moving reshapes before the all_reduce that stand before all
/// guards of stage 2, in the order in which remarks name them.
llvm::ArrayRef<Constraint<const Site &, RankEquality &>>
getReshapeConstraints();

/// Why the reshapes of a site stay: the first guard that does not hold.
std::optional<raise::Reason> findReshapeReason(const Site &site,
                                               RankEquality &ranks);

/// The reshapes between an addition and the norm that reads the sum.
struct ReshapedSum {
  norm::RMSNormOp norm;
  mlir::Value sum;
  llvm::SmallVector<mlir::Operation *> reshapes;
};
std::optional<ReshapedSum> getReshapedSum(mlir::Operation *norm);

/// The guards of moving those reshapes before the addition.
llvm::ArrayRef<Constraint<const ReshapedSum &, RankEquality &>>
getReshapedSumConstraints();

/// Whether those reshapes may move behind the norm, or before the addition.
enum class SumMove { None, BehindNorm, BeforeSum };
SumMove getSumMove(const ReshapedSum &site, RankEquality &ranks);

/// Why they stay, if they do.
std::optional<raise::Reason> findReshapeReason(const ReshapedSum &site,
                                               RankEquality &ranks);

/// The site that `quantize` ends, with the reshapes that stand in it.
std::optional<QuantizeSite> getReshapedQuantize(norm::QuantizeOp quantize);

/// The guard on moving those behind the quantization.
Violation checkQuantizedRowsKept(norm::QuantizeOp quantize);

/// Patterns that move reshapes out of the way of additions, and of the fusion.
void populateReshapedSumPatterns(mlir::RewritePatternSet &patterns,
                                 std::shared_ptr<RankEquality> ranks);
void populateReshapedSitePatterns(mlir::RewritePatternSet &patterns,
                                  std::shared_ptr<RankEquality> ranks);

/// Registers what ExtendByQuantize.pdll names of reshapes.
void registerQuantizeReshapes(mlir::PDLPatternModule &patterns);

} // namespace conorm::fusion

#endif // CONORM_LIB_FUSION_RESHAPEDSITES_H
