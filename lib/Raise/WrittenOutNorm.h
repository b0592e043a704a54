//===- WrittenOutNorm.h - RMS norms in other operations ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_WRITTENOUTNORM_H
#define CONORM_LIB_RAISE_WRITTENOUTNORM_H

#include "mlir/IR/Value.h"

namespace conorm::raise {

/// The operation that sums squares for what looks like an RMS norm of `value`,
/// or of its sum with a residual, written in operations of any dialect; null if
/// nothing looks like one. A guess for remarks: the arithmetic is not checked.
mlir::Operation *findWrittenOutNorm(mlir::Value value);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_WRITTENOUTNORM_H
