//===- Norms.h - What rewrites ask norms ------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_NORMS_H
#define CONORM_LIB_RAISE_NORMS_H

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/IR/PatternMatch.h"

namespace conorm::raise {

/// Whether `op` is `norm.rms_norm` or `norm.add_rms_norm`: the norms whose
/// formula the fused operation computes.
bool isNorm(mlir::Operation *op);

/// Lets a norm read another weight.
void setWeight(mlir::PatternRewriter &rewriter, mlir::Operation *norm,
               mlir::Value weight);

/// Whether a norm has a buffer to write to already.
bool hasDestinations(mlir::Operation *norm);

/// Whether rows of `rows` may have a weight of `weight`.
bool fitsWeight(mlir::Value rows, mlir::Value weight);

/// Whether `norm` may read `value` instead of `replaced`.
bool fitsNorm(norm::NormOpInterface norm, mlir::Value replaced,
              mlir::Value value);

/// The all_reduces among what `value` is computed from by reshapes, casts,
/// additions and norms alone, nearest first.
llvm::SmallVector<comm::AllReduceOp, 2> findReduces(mlir::Value value);

/// Whether there is one.
bool leadsToReduce(mlir::Value value);

/// Registers `NoDestinations`, which most patterns on norms name.
void registerNormConstraints(mlir::PDLPatternModule &patterns);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_NORMS_H
