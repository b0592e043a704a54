//===- Passes.h - Passes that choose strategies -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_STRATEGY_PASSES_H
#define CONORM_STRATEGY_PASSES_H

#include "conorm/Support/OptionText.h"
#include "mlir/Pass/Pass.h"

namespace conorm {

#define GEN_PASS_DECL
#include "conorm/Strategy/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "conorm/Strategy/Passes.h.inc"

} // namespace conorm

#endif // CONORM_STRATEGY_PASSES_H
