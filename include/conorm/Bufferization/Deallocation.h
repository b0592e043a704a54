//===- Deallocation.h - Who frees a buffer ----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is left to do after `--deallocate-at-last-use`.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_BUFFERIZATION_DEALLOCATION_H
#define CONORM_BUFFERIZATION_DEALLOCATION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace conorm {

/// Whether ownership-based deallocation has nothing to do in `function`: every
/// buffer is freed there or given to the caller, once, and nothing is returned
/// that is not new.
bool hasClearOwnership(mlir::func::FuncOp function);

} // namespace conorm

#endif // CONORM_BUFFERIZATION_DEALLOCATION_H
