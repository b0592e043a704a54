//===- RaiseNorms.h - Arithmetic becomes norms ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_RAISENORMS_H
#define CONORM_LIB_RAISE_RAISENORMS_H

#include "mlir/IR/PatternMatch.h"

namespace conorm::raise {

/// Makes `norm.rms_norm` of the norms that are scaled by the root `op`. If
/// there are none, a remark names the step that differs. Returns their number.
unsigned raiseNorms(mlir::RewriterBase &rewriter, mlir::Operation *op);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_RAISENORMS_H
