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

#define GEN_PASS_DECL
#include "conorm/Fusion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "conorm/Fusion/Passes.h.inc"

} // namespace conorm

#endif // CONORM_FUSION_PASSES_H
