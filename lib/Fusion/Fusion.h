//===- Fusion.h - What the parts of the fusion share ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the fusion's patterns (*.pdll), its rewrites and its explanations share.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_FUSION_FUSION_H
#define CONORM_LIB_FUSION_FUSION_H

#include "../Raise/Constraint.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Fusion/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include <optional>
#include <string>

namespace conorm::fusion {

using raise::Constraint;
using raise::Violation;

/// What stage 2 looks at: an all_reduce and the norm that reads it. In a
/// sandwich another norm stands between them, and `norm` adds the residual.
struct Site {
  comm::AllReduceOp reduce;
  norm::NormOpInterface norm;
  norm::RMSNormOp postNorm = {};
  /// What stands behind the all_reduce, and behind the first norm, and gives
  /// the value another shape (../Raise/Reshapes.h), in order.
  llvm::SmallVector<mlir::Operation *> reshapes = {}, postReshapes = {};

  bool isReshaped() const { return !reshapes.empty() || !postReshapes.empty(); }
  /// The operations that one fused operation replaces, in order, with the
  /// reshapes that stand between them.
  llvm::SmallVector<mlir::Operation *, 3> getOperations() const;
  llvm::SmallVector<norm::NormOpInterface, 2> getNorms() const;
};

/// All guards of stage 2, in the order in which remarks name them.
llvm::ArrayRef<Constraint<Site>> getConstraints();

/// The sandwich that `norm` ends, if it is one.
std::optional<Site> getSandwich(mlir::Operation *norm);

/// What adds the norm of a reduced value to something, in a sandwich that stage
/// 1 did not bring into its form: `norm` itself, or the addition that it reads;
/// null if it ends none.
mlir::Operation *getSumOfSandwich(mlir::Operation *norm);

/// What stage 3 looks at: a fused operation and the quantization of its norm.
struct QuantizeSite {
  comm::AllReduceRMSNormOp fused;
  norm::QuantizeOp quantize;
  /// What stands between them and gives the norm another shape
  /// (../Raise/Reshapes.h).
  llvm::SmallVector<mlir::Operation *> reshapes = {};
};

/// All guards of stage 3, in the order in which remarks name them.
llvm::ArrayRef<Constraint<QuantizeSite>> getQuantizeConstraints();

/// The fused operation whose normed result `value` is; null if it is not one.
comm::AllReduceRMSNormOp getFusedNorm(mlir::Value value);

/// The norm of a fused operation that `quantize` reads through casts, copies or
/// a widening, which change no bit of what it gives; null if it reads none so.
mlir::Value getCastFusedNorm(norm::QuantizeOp quantize);

/// The types of the results of `quantize`, on tensors, if it read `input`.
llvm::SmallVector<mlir::RankedTensorType, 2>
getOutputTypes(norm::QuantizeOp quantize, mlir::Value input);

/// The guard of stage 1 on where `norm.add_rms_norm` may stand.
Violation checkAdditionPlaceable(mlir::Operation *add,
                                 norm::NormOpInterface norm);

/// Whether each rank passes its own `value`: an argument with comm.per_rank.
bool mayDifferByRank(mlir::Value value);

/// Why two operations have no order in one block; empty if they have one.
Violation checkOneBlock(mlir::Operation *first, mlir::Operation *last);

/// What communicates between two operations of one block; empty if nothing.
Violation checkNothingCommunicates(mlir::Operation *first,
                                   mlir::Operation *last);

/// Register what the patterns of each stage name.
void registerNormalizeConstraints(mlir::PDLPatternModule &patterns);
void registerFuseConstraints(mlir::PDLPatternModule &patterns);
void registerQuantizeConstraints(mlir::PDLPatternModule &patterns);
void registerNormalizeRewrites(mlir::PDLPatternModule &patterns);
void registerFuseRewrites(mlir::PDLPatternModule &patterns);
void registerQuantizeRewrites(mlir::PDLPatternModule &patterns);

} // namespace conorm::fusion

#endif // CONORM_LIB_FUSION_FUSION_H
