//===- Passes.h - Fusion passes ---------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_FUSION_PASSES_H
#define CONORM_FUSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace conorm {

/// Which bits a pass keeps.
enum class Numerics {
  /// All of them (docs/RoundingContract.md).
  Exact,
  /// Those of a documented list of rewrites may change; each is remarked.
  Relaxed,
};

#define GEN_PASS_DECL
#include "conorm/Fusion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "conorm/Fusion/Passes.h.inc"

} // namespace conorm

#endif // CONORM_FUSION_PASSES_H
