//===- Reader.h - The steps of StableHLO ------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads operations of StableHLO, CHLO and MHLO by their names, whether the
// dialects are registered or not.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_STABLEHLO_READER_H
#define CONORM_LIB_RAISE_STABLEHLO_READER_H

#include "../Steps.h"

namespace conorm::raise::stablehlo {

/// Whether `op` is of one of the three dialects.
bool isStablehlo(mlir::Operation *op);

/// Whether `op` is of one of them and has this name there.
bool isNamed(mlir::Operation *op, llvm::StringRef name);

Step getStep(mlir::Operation *op);

/// Whether `op` and what it holds have no effects.
bool hasNoEffects(mlir::Operation *op);

/// The elements of a `constant`; null if `op`, which may be null, is none.
mlir::Attribute getConstant(mlir::Operation *op);

std::optional<llvm::SmallVector<int64_t>> getBroadcastDims(mlir::Operation *op);

std::optional<ReduceStep> getReduceStep(mlir::Operation *op);

/// What a region of two scalars combines them by: one step, in their type or,
/// rounded back, in a wider one. Unknown if it does anything else.
Step getCombiner(mlir::Region &region);

} // namespace conorm::raise::stablehlo

#endif // CONORM_LIB_RAISE_STABLEHLO_READER_H
