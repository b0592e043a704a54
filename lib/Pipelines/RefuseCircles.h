//===- RefuseCircles.h -  ---------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_PIPELINES_REFUSECIRCLES_H
#define CONORM_LIB_PIPELINES_REFUSECIRCLES_H

#include "mlir/Pass/Pass.h"

namespace conorm {

/// A pass that fails with an error where an operation of a graph region reads its
/// own result, be it by way of others. Folders of upstream operations follow such
/// a circle for ever: `%1 = arith.negf %1` never leaves the canonicalizer.
std::unique_ptr<mlir::Pass> createRefuseCircles();

} // namespace conorm

#endif // CONORM_LIB_PIPELINES_REFUSECIRCLES_H
