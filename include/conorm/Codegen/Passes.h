//===- Passes.h - Passes on loops and kernels -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CODEGEN_PASSES_H
#define CONORM_CODEGEN_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace conorm {

#define GEN_PASS_DECL
#include "conorm/Codegen/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "conorm/Codegen/Passes.h.inc"

} // namespace conorm

#endif // CONORM_CODEGEN_PASSES_H
