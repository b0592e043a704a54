//===- Passes.h -  ----------------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Transformations within and across the `comm` and `norm` dialects.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TRANSFORMS_PASSES_H
#define CONORM_TRANSFORMS_PASSES_H

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
#include "conorm/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "conorm/Transforms/Passes.h.inc"

} // namespace conorm

#endif // CONORM_TRANSFORMS_PASSES_H
