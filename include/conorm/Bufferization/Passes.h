//===- Passes.h - From tensors to buffers -----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_BUFFERIZATION_PASSES_H
#define CONORM_BUFFERIZATION_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace conorm {

/// Which analysis decides what is bufferized in place.
enum class BufferAnalysis {
  /// The linear rule, and upstream's analysis for what it leaves.
  Linear,
  /// Upstream's analysis.
  OneShot,
};

#define GEN_PASS_DECL
#include "conorm/Bufferization/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "conorm/Bufferization/Passes.h.inc"

} // namespace conorm

#endif // CONORM_BUFFERIZATION_PASSES_H
