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

/// The message of each `cf.assert` that --finalize-to-llvm takes for a return
/// from the function, with results of zeros: the context has failed, and has
/// the error. Others end the process, as upstream's do.
inline constexpr llvm::StringLiteral kReturnAssertion = "conorm.return";

/// What the names of outlined operations begin with.
inline constexpr llvm::StringLiteral kKernelPrefix = "conorm.kernel";

/// The gpu.module that has the kernels of a program.
inline constexpr llvm::StringLiteral kDeviceModuleName = "conorm.device";

#define GEN_PASS_DECL
#include "conorm/Codegen/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "conorm/Codegen/Passes.h.inc"

} // namespace conorm

#endif // CONORM_CODEGEN_PASSES_H
