//===- Passes.h - Back to StableHLO -----------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_CONORMTOSTABLEHLO_PASSES_H
#define CONORM_CONVERSION_CONORMTOSTABLEHLO_PASSES_H

#include "mlir/Pass/Pass.h"

namespace conorm {

#define GEN_PASS_DECL
#include "conorm/Conversion/ConormToStablehlo/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "conorm/Conversion/ConormToStablehlo/Passes.h.inc"

} // namespace conorm

#endif // CONORM_CONVERSION_CONORMTOSTABLEHLO_PASSES_H
